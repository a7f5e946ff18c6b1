namespace Hangfire.PostgreSql;

/// <summary>
/// Settings of a storage. Those that this implementation has no use for are kept so that they may be set.
/// </summary>
public class PostgreSqlStorageOptions
{
    private TimeSpan queuePollInterval = TimeSpan.FromSeconds(15);
    private TimeSpan invisibilityTimeout = TimeSpan.FromMinutes(30);
    private TimeSpan distributedLockTimeout = TimeSpan.FromMinutes(10);
    private TimeSpan transactionSynchronisationTimeout = TimeSpan.FromMilliseconds(500);
    private TimeSpan jobExpirationCheckInterval = TimeSpan.FromHours(1);
    private TimeSpan countersAggregateInterval = TimeSpan.FromMinutes(5);
    private int deleteExpiredBatchSize = 1000;
    private string schemaName = "hangfire";

    /// <summary>How often queues are read without being told to; at least 1 ms. Default: 15 s.</summary>
    public TimeSpan QueuePollInterval
    {
        get => queuePollInterval;
        set => queuePollInterval = Positive(value, nameof(QueuePollInterval));
    }

    /// <summary>A taken job that was not renewed for so long is taken again. Default: 30 minutes.</summary>
    public TimeSpan InvisibilityTimeout
    {
        get => invisibilityTimeout;
        set => invisibilityTimeout = Positive(value, nameof(InvisibilityTimeout));
    }

    /// <summary>Age from which a lock's row of the official supplier counts as left behind. Default: 10 minutes.</summary>
    public TimeSpan DistributedLockTimeout
    {
        get => distributedLockTimeout;
        set => distributedLockTimeout = Positive(value, nameof(DistributedLockTimeout));
    }

    /// <summary>Not used here: writers wait for one another in the database. Default: 500 ms.</summary>
    public TimeSpan TransactionSynchronisationTimeout
    {
        get => transactionSynchronisationTimeout;
        set => transactionSynchronisationTimeout = Positive(value, nameof(TransactionSynchronisationTimeout));
    }

    /// <summary>How often expired rows are deleted. Default: 1 hour.</summary>
    public TimeSpan JobExpirationCheckInterval
    {
        get => jobExpirationCheckInterval;
        set => jobExpirationCheckInterval = Positive(value, nameof(JobExpirationCheckInterval));
    }

    /// <summary>How often counters are summed up. Default: 5 minutes.</summary>
    public TimeSpan CountersAggregateInterval
    {
        get => countersAggregateInterval;
        set => countersAggregateInterval = Positive(value, nameof(CountersAggregateInterval));
    }

    /// <summary>Rows that one statement deletes, at least 1. Default: 1000.</summary>
    public int DeleteExpiredBatchSize
    {
        get => deleteExpiredBatchSize;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(DeleteExpiredBatchSize));
            deleteExpiredBatchSize = value;
        }
    }

    /// <summary>Schema of the tables. Default: <c>hangfire</c>.</summary>
    public string SchemaName
    {
        get => schemaName;
        set
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(value, nameof(SchemaName));
            schemaName = value;
        }
    }

    /// <summary>Whether the tables are made if they are missing. Default: true.</summary>
    public bool PrepareSchemaIfNecessary { get; set; } = true;

    /// <summary>Not used here: a statement never joins an ambient transaction. Default: true.</summary>
    public bool EnableTransactionScopeEnlistment { get; set; } = true;

    /// <summary>Not used here: workers are always notified. Default: false.</summary>
    public bool EnableLongPolling { get; set; }

    /// <summary>Not used here: a running job is always renewed. Default: false.</summary>
    public bool UseSlidingInvisibilityTimeout { get; set; }

    /// <summary>Not used here: every write is a transaction of the database. Default: true.</summary>
    public bool UseNativeDatabaseTransactions { get; set; } = true;

    /// <summary>Not used here: no value is refused. Default: false.</summary>
    public bool AllowUnsafeValues { get; set; }

    /// <summary>Whether a storage may be made while its database can't be reached. Default: false.</summary>
    public bool AllowDegradedModeWithoutStorage { get; set; }

    /// <summary>How often the first connection is tried again. Default: 0.</summary>
    public int StartupConnectionMaxRetries { get; set; }

    /// <summary>Wait before the first of these tries, doubled for each. Default: 1 s.</summary>
    public TimeSpan StartupConnectionBaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest of these waits. Default: 1 minute.</summary>
    public TimeSpan StartupConnectionMaxDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether the first connection is tried again at all.</summary>
    public bool EnableResilientStartup => StartupConnectionMaxRetries > 0;

    private static TimeSpan Positive(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(1), name);
        return value;
    }
}
