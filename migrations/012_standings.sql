-- Up Migration

-- How every pattern stands over the ranges that lists are asked for: a projection derived from the windows and the
-- catalogue, all shards of a pattern in one row. A range is the hours from so long before the running one to its end.
-- Its closed hours change once an hour, and with late events; only its two open hours change all the time, and they are
-- the same for every range. So they are kept apart, and the views put them together.

-- What a pattern is called, and its sums over the hours that are still open.
create table open_standings_v1 (
  pattern_id uuid primary key,
  pattern_name text,
  -- The name in lower case, by the rules of Unicode whatever the locale of the database is.
  search_name text,
  pattern_type text,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  last_used timestamptz,
  successes bigint not null,
  partial_successes bigint not null,
  failures bigint not null,
  errors bigint not null,
  quality_count bigint not null,
  quality_sum bigint not null,
  duration_count bigint not null,
  duration_sum_ms bigint not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

create table closed_standings_v1_24h (
  pattern_id uuid primary key,
  successes bigint not null,
  partial_successes bigint not null,
  failures bigint not null,
  errors bigint not null,
  quality_count bigint not null,
  quality_sum bigint not null,
  duration_count bigint not null,
  duration_sum_ms bigint not null,
  -- Uses in the last closed hours of the range's length, and in as many hours before them: what growth compares.
  closed_uses bigint not null,
  previous_uses bigint not null,
  -- First seen within those closed hours.
  is_new boolean not null,
  -- The verdict on the change between the two, see projections/analytics/emergence.ts; null until it is made.
  trend text check (trend in ('emerging', 'declining', 'stable')),
  probability float8
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create table closed_standings_v1_7d (like closed_standings_v1_24h including all)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create table closed_standings_v1_30d (like closed_standings_v1_24h including all)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
create table closed_standings_v1_90d (like closed_standings_v1_24h including all)
  with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- A checkpoint of pattern_standings is of the windows' position in its shard; its watermark is the end of the last hour
-- that is closed in these tables.
do $$
declare
  range text;
begin
  foreach range in array array['24h', '7d', '30d', '90d'] loop
    execute format($view$
      create view pattern_standings_v1_%1$s as
      select pattern_id, pattern_name, search_name, pattern_type, first_seen, last_seen, last_used,
        open.successes + open.partial_successes + open.failures + open.errors
          + closed.successes + closed.partial_successes + closed.failures + closed.errors as uses,
        open.successes + closed.successes as successes,
        open.partial_successes + closed.partial_successes as partial_successes,
        open.failures + closed.failures as failures,
        open.errors + closed.errors as errors,
        open.quality_count + closed.quality_count as quality_count,
        open.quality_sum + closed.quality_sum as quality_sum,
        open.duration_count + closed.duration_count as duration_count,
        open.duration_sum_ms + closed.duration_sum_ms as duration_sum_ms,
        closed_uses, previous_uses, is_new, trend, probability
      from open_standings_v1 as open join closed_standings_v1_%1$s as closed using (pattern_id)$view$, range);
  end loop;
end
$$;

-- Finds a part of a name among many without reading all of them.
create extension if not exists pg_trgm;
create index open_standings_v1_by_name on open_standings_v1 using gin (search_name gin_trgm_ops);
