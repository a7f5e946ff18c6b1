-- What has become of a transaction: in progress, aborted or committed; null: too long ago, or a standby is asked, which lags.
select case when not pg_is_in_recovery() then pg_xact_status($1::xid8) end
