-- Up Migration

create type granularity as enum ('hour', 'day', 'week');

-- Committed in the same transaction as the rows that it accounts for.
create table projection_checkpoints (
  projection text not null,
  version integer not null,
  shard integer not null,
  position bigint not null default 0,
  -- The shard's greatest min(occurred_at, broker timestamp) up to position; null before the first event.
  watermark timestamptz,
  -- The last event that came after its window had settled: windows older than the grace changed no later.
  last_late_position bigint not null default 0,
  updated_at timestamptz not null default now(),
  primary key (projection, version, shard)
);

-- The windows of each pattern. Counts in integers, quality in millionths, histograms in compact bytes.
-- fillfactor leaves room on the page, so that the many updates of an open window stay heap-only.
create table pattern_windows_v1 (
  granularity granularity not null,
  pattern_id uuid not null,
  window_start timestamptz not null,
  shard integer not null,
  uses bigint not null,
  successes bigint not null,
  partial_successes bigint not null,
  failures bigint not null,
  errors bigint not null,
  quality_count bigint not null,
  quality_sum bigint not null,
  quality_square_sum numeric not null,
  quality_min bigint,
  quality_max bigint,
  quality_histogram bytea,
  duration_count bigint not null,
  duration_sum_ms bigint not null,
  duration_min_ms bigint,
  duration_max_ms bigint,
  duration_histogram bytea,
  late bigint not null,
  first_position bigint not null,
  last_position bigint not null,
  primary key (granularity, pattern_id, window_start, shard)
) partition by list (granularity);
create table pattern_windows_v1_hour partition of pattern_windows_v1 for values in ('hour') with (fillfactor = 70);
create table pattern_windows_v1_day partition of pattern_windows_v1 for values in ('day') with (fillfactor = 70);
create table pattern_windows_v1_week partition of pattern_windows_v1 for values in ('week') with (fillfactor = 70);
create index pattern_windows_v1_by_start on pattern_windows_v1 (window_start);

-- The same for all patterns of a shard together, so that totals need not scan every pattern.
create table total_windows_v1 (
  like pattern_windows_v1 including defaults,
  primary key (granularity, window_start, shard)
) with (fillfactor = 70);
alter table total_windows_v1 drop column pattern_id;
-- Which windows changed after a position: how a reader that holds windows in memory finds what to read again.
create index total_windows_v1_by_position on total_windows_v1 (shard, last_position);

-- What is known of a pattern besides its numbers. Beside each value stands the event that said it last, by
-- (occurred_at, event_id): what makes two rows mergeable. `said` holds the rest in the same manner, as
-- {"description" | "tags" | "nodeType": {value, occurredAt, eventId}}.
create table pattern_catalogue_v1 (
  pattern_id uuid not null,
  shard integer not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  -- Of the last pattern.used; null where the pattern was only registered or assessed.
  last_used timestamptz,
  last_position bigint not null,
  pattern_name text,
  pattern_name_said_at timestamptz,
  pattern_name_said_by uuid,
  pattern_type text,
  pattern_type_said_at timestamptz,
  pattern_type_said_by uuid,
  said jsonb,
  primary key (pattern_id, shard)
) with (fillfactor = 70);

-- For people who use SQL.
create view pattern_usage_stats as
  select granularity, pattern_id, window_start,
    sum(uses) as uses, sum(successes) as successes, sum(partial_successes) as partial_successes,
    sum(failures) as failures, sum(errors) as errors,
    (sum(successes) + sum(partial_successes)) / nullif(sum(uses), 0) as success_rate,
    sum(duration_sum_ms) / nullif(sum(duration_count), 0) as average_duration_ms,
    sum(late) as late
  from pattern_windows_v1
  group by granularity, pattern_id, window_start;

create view pattern_quality_metrics as
  select granularity, pattern_id, window_start,
    sum(quality_count) as quality_count,
    sum(quality_sum) / nullif(sum(quality_count), 0) / 1000000 as average_quality,
    -- Sample variance from the exact sums: (Σx² − (Σx)²/n) / (n − 1).
    sqrt((sum(quality_square_sum) - sum(quality_sum) * sum(quality_sum) / nullif(sum(quality_count), 0))
      / nullif(sum(quality_count) - 1, 0)) / 1000000 as quality_stddev,
    min(quality_min) / 1000000.0 as minimum_quality,
    max(quality_max) / 1000000.0 as maximum_quality
  from pattern_windows_v1
  group by granularity, pattern_id, window_start
  having sum(quality_count) > 0;
