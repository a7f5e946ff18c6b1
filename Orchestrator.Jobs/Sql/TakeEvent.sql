-- An attempt of a step takes an event, unless another has, or it has one; it does not wait any more then.
with taken as (
  insert into taken_events (tenant_id, workflow_run_id, event_id, job_id, attempt) values ($1, $2, $3, $4, $5)
  on conflict do nothing
  returning 1
), ended as (
  delete from event_waits where tenant_id = $1 and job_id = $4 and exists (select from taken)
)
select exists (select from taken)
