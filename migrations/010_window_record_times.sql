-- Up Migration

-- Windows keep the record times of their first and their last event, in epoch milliseconds, instead of how many came late: a
-- window is open until an hour after both its end and the hour of its first event, and restated where one came after that. Each
-- window there is keeps the status it had: its first event is said to have come as it began, and its last one then,
-- too, or just after the hour that it was open where any came late. One rewrite of each table, and no dead rows.
drop view pattern_usage_stats;
drop view pattern_quality_metrics;
do $$
declare
  size text;
  whose text;
  grace text := '3600001';
begin
  foreach size in array array['hour', 'day', 'week'] loop
    foreach whose in array array['pattern', 'total'] loop
      execute format('alter table %s_windows_v1_%s add column first_recorded_ms bigint', whose, size);
      execute format($alter$
        alter table %s_windows_v1_%s
          alter column first_recorded_ms type bigint using extract(epoch from window_start) * 1000,
          alter column late type bigint using case when late > 0
            then extract(epoch from window_start + interval '1 %s') * 1000 + %s
            else extract(epoch from window_start) * 1000 end,
          alter column first_recorded_ms set not null$alter$, whose, size, size, grace);
      execute format('alter table %s_windows_v1_%s rename column late to last_recorded_ms', whose, size);
    end loop;
  end loop;
end
$$;

-- For people who use SQL.
create view pattern_usage_stats as
  select granularity, pattern_id, window_start,
    sum(uses) as uses, sum(successes) as successes, sum(partial_successes) as partial_successes,
    sum(failures) as failures, sum(errors) as errors,
    (sum(successes) + sum(partial_successes)) / nullif(sum(uses), 0) as success_rate,
    sum(duration_sum_ms) / nullif(sum(duration_count), 0) as average_duration_ms,
    to_timestamp(min(first_recorded_ms) / 1000.0) as first_recorded_at,
    to_timestamp(max(last_recorded_ms) / 1000.0) as last_recorded_at
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
