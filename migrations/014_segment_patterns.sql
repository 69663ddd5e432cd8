-- Up Migration

-- Which events of a segment are of a pattern, without unpacking it: what is behind a number is looked for by this.
-- Null in segments from before this migration: their events are read instead.
alter table event_log_segments
  -- For each event the four words of its pattern's id, combined by exclusive or; 0 for a test event, which no number counts.
  -- Patterns may share one, so what is found is looked at.
  add column pattern_hashes integer[],
  -- For each event a byte: 0 for one that is no use, 1 to 4 for success, partial_success, failure and error.
  add column outcomes bytea;
-- Neither compresses well enough to be worth it.
alter table event_log_segments alter column pattern_hashes set storage external;
alter table event_log_segments alter column outcomes set storage external;
