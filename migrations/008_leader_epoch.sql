-- Up Migration

-- Under which of its leaders Kafka took the last message that a shard has read (KIP-320): by it a log that was truncated
-- and has grown again is found, however long it is by then. Null where that is not known: before the first message,
-- after an adoption, and of a source that has no leaders.
alter table event_log_shards
  add column leader_epoch integer,
  -- The first of the log's source offsets that source_base holds for. What lies before it was read under another base,
  -- and has no offset in the topic as it is now.
  add column source_base_since bigint not null default 0;
update event_log_shards set source_base_since = next_source_offset where source_base <> 0;
