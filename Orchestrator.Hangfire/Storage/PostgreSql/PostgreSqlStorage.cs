using System.Globalization;
using Hangfire.Logging;
using Hangfire.PostgreSql.Factories;
using Hangfire.Storage;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>Jobs in PostgreSQL, in the tables of Hangfire.PostgreSql.</summary>
public class PostgreSqlStorage : JobStorage
{
    private static readonly HashSet<string> Features =
    [
        JobStorageFeatures.ExtendedApi,
        JobStorageFeatures.JobQueueProperty,
        JobStorageFeatures.Connection.BatchedGetFirstByLowest,
        JobStorageFeatures.Connection.GetSetContains,
        JobStorageFeatures.Connection.GetUtcDateTime,
        JobStorageFeatures.Connection.LimitedGetSetCount,
        JobStorageFeatures.Transaction.AcquireDistributedLock,
        JobStorageFeatures.Transaction.CreateJob,
        JobStorageFeatures.Transaction.SetJobParameter,
        JobStorageFeatures.Transaction.RemoveFromQueue(typeof(PostgreSqlFetchedJob)),
    ];

    private readonly string display;

    public PostgreSqlStorage(IConnectionFactory connectionFactory)
        : this(connectionFactory, new PostgreSqlStorageOptions())
    {
    }

    /// <summary>A storage in the factory's database; makes its tables if they are missing.</summary>
    /// <exception cref="NpgsqlException">The database can't be reached, and the options don't say to go on without it.</exception>
    public PostgreSqlStorage(IConnectionFactory connectionFactory, PostgreSqlStorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(connectionFactory);
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        var connectionString = ConnectionString(connectionFactory);
        Database = new(
            Database.CreateDataSource(connectionString, (connectionFactory as NpgsqlConnectionFactory)?.ConnectionSetup),
            new SqlTexts(options.SchemaName));
        display = Display(connectionString, options.SchemaName);
        if (options.PrepareSchemaIfNecessary) SchemaPreparation.Run(Database, options);
        Clock = new(Database);
        JobIds = new(Database);
        Signals = new();
        Creator = new(Database, Signals);
        Locks = new(Database);
        QueueProviders = new(new PostgreSqlJobQueueProvider(this, options));
    }

    public PersistentJobQueueProviderCollection QueueProviders { get; }

    /// <inheritdoc/>
    public override bool LinearizableReads => true;

    internal PostgreSqlStorageOptions Options { get; }

    internal Database Database { get; }

    internal WorkerSignals Signals { get; }

    internal DatabaseClock Clock { get; }

    internal JobIds JobIds { get; }

    internal JobCreator Creator { get; }

    internal DistributedLocks Locks { get; }

    public override IStorageConnection GetConnection() => new PostgreSqlConnection(this);

    public override IMonitoringApi GetMonitoringApi() => new PostgreSqlMonitoringApi(this, QueueProviders);

    public override bool HasFeature(string featureId)
    {
        ArgumentNullException.ThrowIfNull(featureId);
        return Features.Contains(featureId);
    }

    public override void WriteOptionsToLog(ILog logger)
    {
        ArgumentNullException.ThrowIfNull(logger);
        logger.Info($"Storage: {display}. Queue poll interval: {Options.QueuePollInterval}. Invisibility timeout: {Options.InvisibilityTimeout}.");
    }

    public override string ToString() => display;

    private static string ConnectionString(IConnectionFactory factory)
    {
        // A connection that is not open yet still has its password.
        var connection = factory.GetOrCreateConnection();
        return (factory as NpgsqlInstanceConnectionFactoryBase)?.ConnectionString.ConnectionString ?? connection.ConnectionString;
    }

    private static string Display(string connectionString, string schemaName)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        return string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {settings.Host}:{settings.Port}, database {settings.Database}, schema {schemaName}");
    }
}
