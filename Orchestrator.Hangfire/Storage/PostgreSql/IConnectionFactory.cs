using Npgsql;

namespace Hangfire.PostgreSql
{
    /// <summary>Where a storage's connections come from.</summary>
    public interface IConnectionFactory
    {
        NpgsqlConnection GetOrCreateConnection();
    }
}

namespace Hangfire.PostgreSql.Factories
{
    /// <summary>Base of factories that know their connection string.</summary>
    public abstract class NpgsqlInstanceConnectionFactoryBase : IConnectionFactory
    {
        private NpgsqlConnectionStringBuilder? connectionString;

        protected NpgsqlInstanceConnectionFactoryBase(PostgreSqlStorageOptions options) => ArgumentNullException.ThrowIfNull(options);

        /// <summary>The connection string, once it was set up.</summary>
        public NpgsqlConnectionStringBuilder ConnectionString =>
            connectionString ?? throw new InvalidOperationException("The connection string was not set up.");

        public abstract NpgsqlConnection GetOrCreateConnection();

        /// <summary>Reads a connection string and keeps it.</summary>
        /// <exception cref="ArgumentException">It is none.</exception>
        protected NpgsqlConnectionStringBuilder SetupConnectionStringBuilder(string connectionString) =>
            this.connectionString = new NpgsqlConnectionStringBuilder(connectionString);
    }

    /// <summary>Makes a connection from a connection string each time.</summary>
    public sealed class NpgsqlConnectionFactory : NpgsqlInstanceConnectionFactoryBase
    {
        private readonly Func<string> getConnectionString;

        public NpgsqlConnectionFactory(string connectionString, PostgreSqlStorageOptions options, Action<NpgsqlConnection>? connectionSetup = null)
            : this(() => connectionString, options, connectionSetup)
        {
        }

        /// <summary>Asks for the connection string when it is needed; each connection is set up once.</summary>
        public NpgsqlConnectionFactory(Func<string> getConnectionString, PostgreSqlStorageOptions options, Action<NpgsqlConnection>? connectionSetup = null)
            : base(options)
        {
            ArgumentNullException.ThrowIfNull(getConnectionString);
            this.getConnectionString = getConnectionString;
            ConnectionSetup = connectionSetup;
        }

        internal Action<NpgsqlConnection>? ConnectionSetup { get; }

        /// <inheritdoc/>
        public override NpgsqlConnection GetOrCreateConnection()
        {
            var connection = new NpgsqlConnection(SetupConnectionStringBuilder(getConnectionString()).ConnectionString);
            ConnectionSetup?.Invoke(connection);
            return connection;
        }
    }
}
