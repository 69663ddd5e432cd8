-- Up Migration

-- The shards that stopped until a person sees to it, so that the api and the commands know of it too. Written by the
-- process that owns the shard; gone once the shard runs, whoever runs it.
create table shard_stops (
  shard integer primary key,
  -- A code, what happened in a sentence, and the command to begin with; null where there is none.
  reason text not null,
  message text not null,
  command text,
  stopped_at timestamptz not null default now(),
  -- Only of a batch that cannot be read: what is wrong with it, its offsets as the log counts them, its bytes as
  -- they were fetched, and the broker's time. Who goes on behind it keeps them.
  problem text,
  first_source_offset bigint,
  next_source_offset bigint,
  batch bytea,
  recorded_at timestamptz
);
alter table shard_stops alter column batch set storage external;
