-- Up Migration

-- The fitted line of each pattern, metric and series (the last so many closed windows of a size), derived from
-- the windows of one shard; its checkpoint is that of 'pattern_trends' in projection_checkpoints, whose
-- watermark is the closed hour up to which every line was computed. A pattern that lies in more than one shard
-- has a line in each and none for the whole: readers compute that one.
-- All rows of a series change together when a window closes; fillfactor leaves room for that on the page.
create table pattern_trends_v1 (
  granularity granularity not null,
  -- How many windows the series looks at.
  windows integer not null,
  metric text not null,
  pattern_id uuid not null,
  shard integer not null,
  -- The end of the last window looked at.
  closed_until timestamptz not null,
  -- The position of the shard whose windows the line was computed from.
  position bigint not null,
  -- The window that index 0 of the line stands for.
  start timestamptz not null,
  -- Observations; below five there is no line (insufficient data), and all that follows is null.
  points integer not null,
  -- Windows from the first point to the last.
  span integer,
  -- Change per window; uses, a rate or score of 0…1, or milliseconds.
  slope float8,
  intercept float8,
  -- Null as well where all values are equal.
  r_squared float8,
  mean float8,
  -- The Mann–Kendall test: S, its variance, and two-sided p.
  s integer,
  variance float8,
  p float8,
  primary key (granularity, windows, metric, pattern_id, shard)
) with (fillfactor = 50);
