-- Takes a workflow out of dispatch, if its head still comes from that file, or, without one, from the API. Versions stay
-- for the runs that use them.
delete from workflow_heads h
using workflow_definitions d
where h.tenant_id = @tenant and h.workflow_key = @key
  and d.tenant_id = h.tenant_id and d.workflow_key = h.workflow_key and d.version = h.version and d.source is not distinct from @file
