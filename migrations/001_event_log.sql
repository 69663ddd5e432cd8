-- Up Migration

-- A shard is one partition's log. The head row makes positions gap-free and fences a stale owner:
-- an append changes it only where it is as the writer believes.
create table event_log_shards (
  shard integer primary key,
  position bigint not null default 0,
  first_source_offset bigint not null,
  next_source_offset bigint not null,
  -- What is added to the topic's offsets: not 0 once a topic was deleted, created anew, and adopted by command.
  source_base bigint not null default 0,
  duplicates bigint not null default 0,
  dead_lettered bigint not null default 0,
  not_records bigint not null default 0,
  opened_at timestamptz not null default now(),
  appended_at timestamptz
);

-- One row holds the accepted events of one consumed batch. Both bytea are stored external:
-- ids do not compress, the payload is compressed already.
create table event_log_segments (
  shard integer not null,
  first_position bigint not null,
  event_count integer not null,
  first_source_offset bigint not null,
  last_source_offset bigint not null,
  min_occurred_at timestamptz not null,
  max_occurred_at timestamptz not null,
  min_recorded_at timestamptz not null,
  max_recorded_at timestamptz not null,
  event_ids bytea not null,
  payload bytea not null,
  primary key (shard, first_position)
);
alter table event_log_segments alter column event_ids set storage external;
alter table event_log_segments alter column payload set storage external;
create index event_log_segments_by_source_offset on event_log_segments (shard, first_source_offset);

-- Messages that are not events, as they came, with the reason.
create table dead_letters (
  shard integer not null,
  source_offset bigint not null,
  reason text not null,
  faults jsonb not null,
  key bytea,
  value bytea,
  headers jsonb,
  recorded_at timestamptz not null,
  dead_lettered_at timestamptz not null default now(),
  primary key (shard, source_offset)
);

-- Offsets whose event was in the log already, and where.
create table duplicates (
  shard integer not null,
  source_offset bigint not null,
  position bigint not null,
  primary key (shard, source_offset)
);
