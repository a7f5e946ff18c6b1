-- For the rest of a transaction: rows are found by their keys. A planner that believes a table to be short, as it was when it
-- last looked, would read all of it each time, and go on so while it grows.
select set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)
