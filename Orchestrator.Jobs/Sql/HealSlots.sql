-- Keys for whose slots a run waits are looked at, whatever was told. Once a minute.
insert into slot_changes (tenant_id, key)
select distinct s.tenant_id, s.key from run_slots s
where not s.ended and not s.holds and (s.due_at is null or s.due_at <= clock_timestamp())
