-- A schema whose version table is missing has not been installed.
select to_regclass($1 || '.schema') is not null
