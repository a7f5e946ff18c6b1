using Npgsql;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>The database <c>orchestrator</c> on the embedded server, with our schema on its search path.</summary>
internal static class EmbeddedDatabase
{
    private const string Maintenance = "postgres";

    /// <summary>How to reach a database on the server.</summary>
    public static string ConnectionString(int port, string password, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = PostgresServer.UserName,
        Password = password,
        Database = database,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>
    /// Makes the database when it is missing, and its search path when that was never set. Both are looked at each
    /// time, so a crash between the two is made good by the next start. The caller holds the start lock.
    /// </summary>
    public static async Task EnsureAsync(int port, string password, CancellationToken cancellation)
    {
        try
        {
            await EnsureSearchPathAsync(port, password, cancellation);
        }
        catch (PostgresException missing) when (missing.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            await ExecuteAsync(port, password, Maintenance, $"create database {EmbeddedPostgres.DatabaseName}", cancellation);
            await EnsureSearchPathAsync(port, password, cancellation);
        }
    }

    private static Task EnsureSearchPathAsync(int port, string password, CancellationToken cancellation) => ExecuteAsync(
        port,
        password,
        EmbeddedPostgres.DatabaseName,
        $"""
        do $$ begin
          if (select source from pg_settings where name = 'search_path') <> 'database' then
            alter database {EmbeddedPostgres.DatabaseName} set search_path = orchestrator, public;
          end if;
        end $$
        """,
        cancellation);

    private static async Task ExecuteAsync(
        int port, string password, string database, string sql, CancellationToken cancellation)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(ConnectionString(port, password, database)) { Pooling = false };
        await using var connection = new NpgsqlConnection(unpooled.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
