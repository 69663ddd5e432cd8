-- Up Migration

-- Which topic a shard's source offsets are of: Kafka's own id in hexadecimal, or the file topic's. A topic that was
-- deleted and created anew under the same name has another, also where it is long enough to hold the next offset.
-- Null until the shard is opened for the first time, and where the brokers are too old to tell.
alter table event_log_shards add column topic_id text;
