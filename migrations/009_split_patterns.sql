-- Up Migration

-- Which shard has the events of a pattern. A shard asks before it appends the first of them: the first to ask is the
-- pattern's home. A pattern that comes in another shard as well is split, and from then on the ids of its events are
-- claimed, so that the same event counts once, whichever shard it comes in. Keyed by what is the same in all shards, so
-- it is not distributed by shard.
create table pattern_homes (
  pattern_id uuid primary key,
  -- One: its home. More only for patterns that lay in several before there was this table.
  shards integer[] not null,
  is_split boolean not null default false
);
create index pattern_homes_split on pattern_homes (pattern_id) where is_split;

insert into pattern_homes (pattern_id, shards)
select pattern_id, array_agg(shard order by shard) from pattern_catalogue_v1 group by pattern_id;

-- Where the event with an id lies, for the events of split patterns: those that the log held when the pattern was
-- split, as far back as duplicates are searched for, and all that came later.
create table claimed_events (
  event_id uuid primary key,
  shard integer not null,
  position bigint not null
);

alter table event_log_shards
  -- How often patterns that this shard is the home of were split: an append by an owner who missed one changes nothing.
  add column splits bigint not null default 0,
  -- Messages that were events, and had another key than the id of their pattern.
  add column key_mismatches bigint not null default 0;

-- The shard that has the first event with the id; null where that is this one, in rows from before there was this column.
alter table duplicates add column first_shard integer;
