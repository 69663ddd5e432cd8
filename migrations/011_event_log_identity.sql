-- Up Migration

-- Which history this database holds: made with the database, and kept by a backup of it. Positions begin at 1 in every
-- history, so a vector, an ETag or a cursor of one would else fit the next one, which says something else.
create table event_log_identity (
  id uuid not null default gen_random_uuid(),
  is_the_only_row boolean primary key default true check (is_the_only_row)
);
insert into event_log_identity default values;
