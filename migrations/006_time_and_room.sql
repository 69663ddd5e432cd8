-- Up Migration

-- What a log must say from its first day on: when this system took each segment, and how far event time had come
-- then; and room to let go of its oldest part. With it the window tables lose what no query needed.

-- A shard's watermark is the greatest min(occurred_at, broker timestamp) of its log. Null before the first event, and
-- where the log is older than this column and its projection was behind: the next append after a catch-up knows it.
alter table event_log_shards
  add column watermark timestamptz,
  -- Segments that begin up to here are as large as they will ever be: compaction never looks at them again.
  add column compacted_position bigint not null default 0;
update event_log_shards as head set watermark = checkpoint.watermark
from projection_checkpoints as checkpoint
where checkpoint.projection = 'pattern_windows' and checkpoint.version = 1
  and checkpoint.shard = head.shard and checkpoint.position = head.position;

-- appended_at never steps back within a shard, so "what was known at T" is a range of positions. Of rows from before
-- this migration nobody wrote it down: they get the greatest broker time up to them, and no later one than now.
-- watermark is that of the shard after the segment; null, unknown, for rows from before.
alter table event_log_segments add column appended_at timestamptz, add column watermark timestamptz;
update event_log_segments as segment set appended_at = reached.at
from (
  select shard, first_position,
    max(least(max_recorded_at, now())) over (partition by shard order by first_position) as at
  from event_log_segments
) as reached
where segment.shard = reached.shard and segment.first_position = reached.first_position;
alter table event_log_segments alter column appended_at set not null;

-- By position, 2^24 a partition, so that the oldest part of the log goes by dropping a table. What there is becomes
-- the first partition, as it is: no payload is copied. A partition is named by the last of the numbers
-- first_position / 2^24 that it holds; the writer makes the next ones (event-log/postgres/segmentPartitions.ts).
do $$
declare
  number bigint := (select coalesce(max(first_position), 0) from event_log_segments) / 16777216;
begin
  execute format('alter table event_log_segments rename to event_log_segments_%s', number);
  execute format('alter index event_log_segments_pkey rename to event_log_segments_%s_pkey', number);
  execute format('alter index event_log_segments_by_source_offset rename to event_log_segments_%s_by_source_offset', number);
  execute format('create table event_log_segments (like event_log_segments_%s including storage) partition by range (first_position)', number);
  alter table event_log_segments add primary key (shard, first_position);
  create index event_log_segments_by_source_offset on event_log_segments (shard, first_source_offset);
  execute format('alter table event_log_segments attach partition event_log_segments_%s for values from (minvalue) to (%s)',
    number, (number + 1) * 16777216);
end
$$;

-- One plain table a size of window. They are not partitioned by time: events come for any time, and a projection's
-- next version has tables of its own, which a rebuild fills.
drop view pattern_usage_stats;
drop view pattern_quality_metrics;
alter table pattern_windows_v1 rename to pattern_windows_before;
alter table pattern_windows_v1_hour rename to pattern_windows_before_hour;
alter table pattern_windows_v1_day rename to pattern_windows_before_day;
alter table pattern_windows_v1_week rename to pattern_windows_before_week;
alter table total_windows_v1 rename to total_windows_before;

-- The windows of all patterns of a shard together, so that totals need not scan every pattern. Counts in integers,
-- quality in millionths, histograms in compact bytes. fillfactor leaves room on the page, so that the many updates of
-- an open window stay heap-only; no index may name a column that changes, save BRIN, which such updates leave alone.
create table total_windows_v1_hour (
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
  last_position bigint not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create table total_windows_v1_day (like total_windows_v1_hour)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create table total_windows_v1_week (like total_windows_v1_hour)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- The same of each pattern.
create table pattern_windows_v1_hour (pattern_id uuid not null, like total_windows_v1_hour)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create table pattern_windows_v1_day (like pattern_windows_v1_hour)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create table pattern_windows_v1_week (like pattern_windows_v1_hour)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

do $$
declare
  size text;
  measures text := (
    select string_agg(attname, ', ' order by attnum) from pg_attribute
    where attrelid = 'total_windows_v1_hour'::regclass and attnum > 0 and not attisdropped);
begin
  foreach size in array array['hour', 'day', 'week'] loop
    execute format('insert into pattern_windows_v1_%1$s (pattern_id, %2$s) select pattern_id, %2$s from pattern_windows_before_%1$s',
      size, measures);
    execute format('insert into total_windows_v1_%1$s (%2$s) select %2$s from total_windows_before where granularity = %1$L',
      size, measures);
  end loop;
end
$$;
drop table pattern_windows_before, total_windows_before;

alter table pattern_windows_v1_hour add primary key (pattern_id, window_start, shard);
alter table pattern_windows_v1_day add primary key (pattern_id, window_start, shard);
alter table pattern_windows_v1_week add primary key (pattern_id, window_start, shard);
alter table total_windows_v1_hour add primary key (window_start, shard);
alter table total_windows_v1_day add primary key (window_start, shard);
alter table total_windows_v1_week add primary key (window_start, shard);
create index pattern_windows_v1_hour_by_start on pattern_windows_v1_hour (window_start);
create index pattern_windows_v1_day_by_start on pattern_windows_v1_day (window_start);
create index pattern_windows_v1_week_by_start on pattern_windows_v1_week (window_start);
-- Which windows changed after a position: how a reader that holds windows in memory finds what to read again.
create index total_windows_v1_hour_by_position on total_windows_v1_hour
  using brin (last_position) with (pages_per_range = 4, autosummarize = on);
create index total_windows_v1_day_by_position on total_windows_v1_day
  using brin (last_position) with (pages_per_range = 4, autosummarize = on);
create index total_windows_v1_week_by_position on total_windows_v1_week
  using brin (last_position) with (pages_per_range = 4, autosummarize = on);

-- For people who use SQL.
create view pattern_usage_stats as
  select granularity, pattern_id, window_start,
    sum(uses) as uses, sum(successes) as successes, sum(partial_successes) as partial_successes,
    sum(failures) as failures, sum(errors) as errors,
    (sum(successes) + sum(partial_successes)) / nullif(sum(uses), 0) as success_rate,
    sum(duration_sum_ms) / nullif(sum(duration_count), 0) as average_duration_ms,
    sum(late) as late
  from (
    select 'hour'::granularity as granularity, * from pattern_windows_v1_hour
    union all select 'day', * from pattern_windows_v1_day
    union all select 'week', * from pattern_windows_v1_week
  ) as windows
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
  from (
    select 'hour'::granularity as granularity, * from pattern_windows_v1_hour
    union all select 'day', * from pattern_windows_v1_day
    union all select 'week', * from pattern_windows_v1_week
  ) as windows
  group by granularity, pattern_id, window_start
  having sum(quality_count) > 0;

-- Nobody read it.
alter table projection_checkpoints drop column last_late_position;

-- Rows that are rewritten many times a second, few of them: room for heap-only updates on their pages, and a vacuum
-- as soon as there is something to do, which over so few pages costs nothing.
alter table event_log_shards set (fillfactor = 20,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
alter table projection_checkpoints set (fillfactor = 20,
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
-- Larger ones: before a fifth of their rows is dead, which is the default.
alter table pattern_catalogue_v1 set (autovacuum_vacuum_scale_factor = 0.05);
alter table pattern_trends_v1 set (autovacuum_vacuum_scale_factor = 0.05);
