-- Answers to writes under a key, for those that ask again. A dispatch has its own way (idempotency_keys), in its statement.
create table idempotent_answers (
  tenant_id        text        not null,
  -- method and route
  scope            text        not null check (length(scope) <= 200),
  key              text        not null check (length(key) <= 255),
  request_sha256   bytea       not null check (octet_length(request_sha256) = 32),
  -- the request that carries it out; only it may write the answer
  owner            uuid        not null,
  -- a request that died leaves the key to whoever asks after that
  owned_until      timestamptz not null,
  created_at       timestamptz not null default clock_timestamp(),
  -- the answer; null while the request is under way
  status           int         check (status between 200 and 499),
  content_type     text,
  body             bytea       check (octet_length(body) <= 65536),
  primary key (tenant_id, scope, key),
  check ((status is null) = (body is null))
);

-- Rows lie in the order of their time: a few bytes find the old ones.
create index idempotent_answers_age on idempotent_answers using brin (created_at);
create index idempotency_keys_age on idempotency_keys using brin (created_at);
