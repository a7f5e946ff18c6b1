-- Who may do what. A key is found by its hash, which leads to its tenant: the one look-up that no tenant can lead.
create table api_keys (
  tenant_id        text        not null check (tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  -- UUID v7
  api_key_id       uuid        not null,
  name             text        not null check (length(name) between 1 and 100),
  role             text        not null check (role in ('viewer', 'operator', 'admin')),
  -- the key's first characters: by them people know it again
  prefix           text        not null,
  key_sha256       bytea       not null unique check (octet_length(key_sha256) = 32),
  created_at       timestamptz not null default clock_timestamp(),
  created_by       text        not null,
  -- to the minute
  last_used_at     timestamptz,
  expires_at       timestamptz check (expires_at > created_at),
  revoked_at       timestamptz,
  primary key (tenant_id, api_key_id)
);
