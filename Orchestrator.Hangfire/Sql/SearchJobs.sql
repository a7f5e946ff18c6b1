-- Jobs whose Type.Method contains a text (in lower case), among the $2 newest.
select id
from (select id, invocationdata from hangfire.job order by id desc limit $2) as newest
where position($1 in lower(split_part(coalesce(invocationdata ->> 'Type', invocationdata ->> 't'), ',', 1) || '.'
  || coalesce(invocationdata ->> 'Method', invocationdata ->> 'm'))) > 0
order by id desc
limit $3
