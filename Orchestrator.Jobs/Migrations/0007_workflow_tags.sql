-- A definition's tags, taken from its content when it is stored; runs are found by those of the version that they started with.
alter table workflow_definitions add column tags text[] not null default '{}';
