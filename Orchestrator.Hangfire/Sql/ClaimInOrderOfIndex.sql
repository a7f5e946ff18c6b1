-- For the rest of a transaction: rows come in the order of an index and are not sorted. A planner that believes a queue
-- to be empty, as it was when it last looked, would read all of it for each claim and sort it.
select set_config('enable_sort', 'off', true)
