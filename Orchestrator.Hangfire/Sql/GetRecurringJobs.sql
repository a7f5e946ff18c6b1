-- Recurring jobs of these ids, in their order, with the state of the job that each has made last.
select w.id, f.fields::text, (
  select j.statename from hangfire.job j
  where j.id = case when f.fields ->> 'LastJobId' ~ '^[0-9]{1,18}$' then (f.fields ->> 'LastJobId')::bigint end)
from unnest($1::text[]) with ordinality as w (id, place)
left join lateral (
  select json_object_agg(h.field, h.value) as fields from hangfire.hash h where h.key = 'recurring-job:' || w.id
) as f on true
order by w.place
