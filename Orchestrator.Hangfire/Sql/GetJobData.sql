select j.stateid, j.statename, j.createdat, j.invocationdata::text, j.arguments::text,
  (select json_object_agg(p.name, p.value)::text from hangfire.jobparameter p where p.jobid = j.id), j.expireat
from hangfire.job j
where j.id = $1
