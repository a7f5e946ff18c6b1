-- For the rest of a transaction: rows are found by their keys, one by one. A plan is made once and kept, and one that was made
-- while a table was short would read all of it each time, until the table has been analysed. Only
-- a plain index scan marks what it finds dead, so that the turns of one step don't wade through the rows of those before.
select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('enable_material', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('jit', 'off', true)
