select pg_advisory_unlock(hashtextextended($1, 0)), set_config('lock_timeout', '0', false)
