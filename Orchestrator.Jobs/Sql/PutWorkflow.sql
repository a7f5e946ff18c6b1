-- Stores a content under the next number unless it is there, and makes it the head. The caller holds the key's lock.
-- Its tags, and whether it has a readiness block, are the content's own; written anew where it was stored before there were any.
-- A file that is read again at a start (@restart) does not take the place of what was put by the API since.
with known as (
  select version from workflow_definitions
  where tenant_id = @tenant and workflow_key = @key and content_sha256 = @sha
), retagged as (
  update workflow_definitions
  set tags = @tags, has_readiness = @readiness
  where tenant_id = @tenant and workflow_key = @key and content_sha256 = @sha and (tags, has_readiness) is distinct from (@tags, @readiness)
), stored as (
  insert into workflow_definitions (tenant_id, workflow_key, version, content, content_sha256, source, tags, has_readiness, templates)
  select @tenant, @key,
         1 + coalesce((select max(version) from workflow_definitions where tenant_id = @tenant and workflow_key = @key), 0),
         @content, @sha, @file, @tags, @readiness, @templates::jsonb
  where not exists (select from known)
  returning version
), one as (
  select version, false as is_new from known union all select version, true from stored
), head as (
  insert into workflow_heads (tenant_id, workflow_key, version)
  select @tenant, @key, version from one
  on conflict (tenant_id, workflow_key) do update
    set version = excluded.version, updated_at = now()
    where workflow_heads.version <> excluded.version
      and not (@restart and exists (select from known)
               and exists (select from workflow_definitions d
                           where d.tenant_id = @tenant and d.workflow_key = @key
                             and d.version = workflow_heads.version and d.source is null))
)
select version, is_new from one
