-- Up Migration

-- The api reads as this role: it may select and nothing else, now and for tables to come.
-- A role belongs to the whole server, so another database of it may have made it already.
do $$
begin
  create role pattern_dashboard_reader nologin;
exception when duplicate_object or unique_violation then
  null;
end
$$;
grant usage on schema public to pattern_dashboard_reader;
grant select on all tables in schema public to pattern_dashboard_reader;
alter default privileges in schema public grant select on tables to pattern_dashboard_reader;
