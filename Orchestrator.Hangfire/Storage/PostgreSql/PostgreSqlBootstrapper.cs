using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>Says where the database is.</summary>
public class PostgreSqlBootstrapperOptions
{
    private readonly PostgreSqlStorageOptions options;

    internal PostgreSqlBootstrapperOptions(PostgreSqlStorageOptions options) => this.options = options;

    internal IConnectionFactory? ConnectionFactory { get; private set; }

    public PostgreSqlBootstrapperOptions UseConnectionFactory(IConnectionFactory connectionFactory)
    {
        ArgumentNullException.ThrowIfNull(connectionFactory);
        ConnectionFactory = connectionFactory;
        return this;
    }

    public PostgreSqlBootstrapperOptions UseNpgsqlConnection(string connectionString, Action<NpgsqlConnection>? connectionSetup = null) =>
        UseConnectionFactory(new NpgsqlConnectionFactory(connectionString, options, connectionSetup));

    /// <summary>The database of the connection string that <paramref name="getConnectionString"/> answers.</summary>
    public PostgreSqlBootstrapperOptions UseNpgsqlConnection(Func<string> getConnectionString, Action<NpgsqlConnection>? connectionSetup = null) =>
        UseConnectionFactory(new NpgsqlConnectionFactory(getConnectionString, options, connectionSetup));
}

/// <summary>Puts jobs into PostgreSQL.</summary>
public static class PostgreSqlBootstrapperConfigurationExtensions
{
    public static IGlobalConfiguration<PostgreSqlStorage> UsePostgreSqlStorage(
        this IGlobalConfiguration configuration, Action<PostgreSqlBootstrapperOptions> configure) =>
        configuration.UsePostgreSqlStorage(configure, new PostgreSqlStorageOptions());

    /// <summary>Makes a storage and uses it.</summary>
    /// <exception cref="InvalidOperationException"><paramref name="configure"/> does not say where the database is.</exception>
    public static IGlobalConfiguration<PostgreSqlStorage> UsePostgreSqlStorage(
        this IGlobalConfiguration configuration, Action<PostgreSqlBootstrapperOptions> configure, PostgreSqlStorageOptions options)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(options);
        var bootstrapper = new PostgreSqlBootstrapperOptions(options);
        configure(bootstrapper);
        var factory = bootstrapper.ConnectionFactory
            ?? throw new InvalidOperationException("No database was chosen: call UseNpgsqlConnection or UseConnectionFactory.");
        var storage = new PostgreSqlStorage(factory, options);
        HostConfiguration.Of(configuration)?.Own(storage.Database);
        return configuration.UseStorage(storage);
    }
}
