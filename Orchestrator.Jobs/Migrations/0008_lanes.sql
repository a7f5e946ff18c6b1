-- Hangfire's queue of a step: each priority is a lane of the step's queue. A worker serves the lanes one after the other,
-- urgent first. Lanes.cs has the same names.
create function hangfire_queue(queue text, priority smallint) returns text
  language sql immutable parallel safe
  return queue || case priority when 1 then '-urgent' when 2 then '-high' when 4 then '-low' else '' end;
