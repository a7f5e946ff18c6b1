-- Keys whose runs are to be looked at: something has changed, or a run's time has come. Those that another looks at are his.
with told as (
  select c.slot_change_id from slot_changes c order by c.slot_change_id limit 1000 for update skip locked
), taken as (
  delete from slot_changes c using told t where c.slot_change_id = t.slot_change_id returning c.tenant_id, c.key
), due as (
  select s.tenant_id, s.key from run_slots s where s.due_at <= clock_timestamp() and not s.holds and not s.ended limit 1000
)
select tenant_id, key from taken
union
select tenant_id, key from due
order by key, tenant_id
