using Npgsql;

namespace Orchestrator.Jobs.Storage;

/// <summary>What a database says about its migrations.</summary>
/// <param name="Rows">Ours, in order.</param>
/// <param name="ForeignStamp">The stamp with which the foreign schema was installed; null when it was not.</param>
internal sealed record AppliedMigrations(IReadOnlyList<AppliedMigration> Rows, string? ForeignStamp);

/// <summary>One row of <c>orchestrator.schema_migrations</c>.</summary>
internal sealed record AppliedMigration(int Version, string Name, string Checksum);

/// <summary>The statements on <c>orchestrator.schema_migrations</c>; version 0 is the foreign schema's stamp.</summary>
internal static class MigrationTable
{
    private const int ForeignVersion = 0;

    /// <summary>Reads the rows; none where the table does not exist yet.</summary>
    public static async Task<AppliedMigrations> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        List<AppliedMigration> rows = [];
        try
        {
            await using var command = new NpgsqlCommand(
                "select version, name, checksum from orchestrator.schema_migrations order by version", connection);
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add(new AppliedMigration(reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
            }
        }
        catch (PostgresException missing) when (missing.SqlState
            is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return new AppliedMigrations([], ForeignStamp: null);
        }

        return new AppliedMigrations(
            [.. rows.Where(row => row.Version != ForeignVersion)],
            rows.Find(row => row.Version == ForeignVersion)?.Checksum);
    }

    /// <summary>Waits, as long as it takes, until no other session migrates.</summary>
    public static Task LockAsync(NpgsqlConnection connection, long key, CancellationToken cancellation) =>
        ExecuteAsync(connection, "select pg_advisory_lock($1)", [new() { Value = key }], cancellation);

    /// <summary>Lets the next one in. Where the connection is lost the lock went with it.</summary>
    public static async Task UnlockAsync(NpgsqlConnection connection, long key)
    {
        if (connection.State == System.Data.ConnectionState.Open)
        {
            await ExecuteAsync(connection, "select pg_advisory_unlock($1)", [new() { Value = key }], CancellationToken.None);
        }
    }

    /// <summary>Makes schema and table; under the lock, since <c>if not exists</c> is not safe against itself.</summary>
    public static Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellation) => ExecuteAsync(
        connection,
        """
        do $$ begin
          if to_regclass('orchestrator.schema_migrations') is null then
            create schema if not exists orchestrator;
            create table orchestrator.schema_migrations (
              version int primary key,
              name text not null,
              checksum text not null,
              applied_at timestamptz not null default now()
            );
          end if;
        end $$
        """,
        [],
        cancellation);

    /// <summary>Remembers with which stamp the foreign schema was installed.</summary>
    public static Task StampForeignAsync(NpgsqlConnection connection, string stamp, CancellationToken cancellation) => ExecuteAsync(
        connection,
        """
        insert into orchestrator.schema_migrations (version, name, checksum) values (0, 'foreign', $1)
        on conflict (version) do update set checksum = excluded.checksum, applied_at = now()
        """,
        [new() { Value = stamp }],
        cancellation);

    /// <summary>Runs a migration and writes its row. Names without a schema are the orchestrator's, on any database.</summary>
    public static async Task ApplyAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Migration migration, CancellationToken cancellation)
    {
        await ExecuteAsync(connection, "set local search_path = orchestrator, public", [], cancellation);
        await using (var command = new NpgsqlCommand(migration.Sql, connection, transaction) { CommandTimeout = 0 })
        {
            await command.ExecuteNonQueryAsync(cancellation);
        }

        await ExecuteAsync(
            connection,
            "insert into orchestrator.schema_migrations (version, name, checksum) values ($1, $2, $3)",
            [new() { Value = migration.Version }, new() { Value = migration.Name }, new() { Value = migration.Checksum }],
            cancellation);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection, string sql, NpgsqlParameter[] parameters, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        command.Parameters.AddRange(parameters);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
