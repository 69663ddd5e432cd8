-- Up Migration

-- A list reads the lines of one series and metric, of every pattern. In one table the lines of a pattern lie side by side,
-- all sixteen, so that such a list reads nearly every page. Each series and metric gets a table of its own, by list of the
-- number of windows, which tells the series apart, and below it of the metric. A line that there is no partition for is
-- refused: who adds a series or a metric adds its partitions.
alter table pattern_trends_v1 rename to pattern_trends_before;
alter index pattern_trends_v1_pkey rename to pattern_trends_before_pkey;
create table pattern_trends_v1 (
  like pattern_trends_before,
  primary key (granularity, windows, metric, pattern_id, shard)
) partition by list (windows);
-- It is short. With it none of the partitions needs a TOAST table.
alter table pattern_trends_v1 alter column metric set storage plain;

do $$
declare
  series text;
  count text;
  metric text;
begin
  foreach series in array array['hour_24', 'day_30', 'day_90', 'week_12'] loop
    count := split_part(series, '_', 2);
    execute format('create table pattern_trends_v1_%s partition of pattern_trends_v1 for values in (%s) partition by list (metric)',
      series, count);
    foreach metric in array array['usage', 'success_rate', 'quality', 'duration'] loop
      -- All rows change together when a window closes: half of each page is room for that.
      execute format('create table pattern_trends_v1_%1$s_%2$s partition of pattern_trends_v1_%1$s for values in (%2$L)
        with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05)', series, metric);
    end loop;
  end loop;
end
$$;

-- In the order that the processor walks over them.
insert into pattern_trends_v1 select * from pattern_trends_before order by shard, pattern_id;
drop table pattern_trends_before;

-- Patterns with a line in each of several shards, of which readers compute one: finds them without reading all lines.
drop index pattern_homes_split;
create index pattern_homes_in_several on pattern_homes (pattern_id) where is_split or cardinality(shards) > 1;
