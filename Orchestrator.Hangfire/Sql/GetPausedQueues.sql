select value from hangfire.set where key = 'queues:paused'
