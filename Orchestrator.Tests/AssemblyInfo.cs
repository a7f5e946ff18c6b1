// Many tests wait for other processes, leases and clocks more than they compute: one more of them at a time than CI has
// cores. Fixtures marked [Parallelizable] run first, beside each other; the rest follow one by one. Not marked are those that
// measure, that count this process's children, and that change what is the process's.
[assembly: LevelOfParallelism(3)]
