using Microsoft.Extensions.Logging;
using Npgsql;

namespace Orchestrator.Jobs.Storage;

/// <summary>
/// A part of the schema that somebody else installs, such as Hangfire's tables. Run under the migration lock, before
/// our own migrations; again when <paramref name="Stamp"/> differs from the one it last ran with. Has to be repeatable.
/// </summary>
/// <param name="Stamp">Its version, in any words.</param>
/// <param name="InstallAsync">Installs it through the connection, outside any transaction.</param>
internal sealed record ForeignSchema(string Stamp, Func<NpgsqlConnection, CancellationToken, Task> InstallAsync);

/// <summary>
/// Brings the schema to the newest version: numbered SQL, forward only, each in a transaction of its own together with
/// its row in <c>orchestrator.schema_migrations</c>. A crash leaves whole migrations and nothing else.
/// </summary>
/// <remarks>
/// Processes that start together queue on a session's advisory lock, which a dead one frees; whoever comes later finds
/// the work done. When all is applied, the whole of it is one query and no lock.
/// </remarks>
internal sealed partial class Migrator(
    NpgsqlDataSource database, IReadOnlyList<Migration> migrations, ForeignSchema? foreign, ILogger logger)
{
    /// <summary>The advisory lock: the letters "orchmigr".</summary>
    public const long LockKey = 0x6F_72_63_68_6D_69_67_72;

    /// <summary>Applies what is missing; returns how many migrations that were.</summary>
    /// <exception cref="MigrationException">A migration failed, or the database is newer, or was made by other files.</exception>
    public async Task<int> MigrateAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        if (IsCurrent(await MigrationTable.ReadAsync(connection, cancellation)))
        {
            return 0;
        }

        await MigrationTable.LockAsync(connection, LockKey, cancellation);
        try
        {
            await MigrationTable.CreateAsync(connection, cancellation);
            var applied = await MigrationTable.ReadAsync(connection, cancellation);
            var missing = migrations.Skip(Check(applied)).ToList();
            await InstallForeignAsync(connection, applied, cancellation);
            foreach (var migration in missing)
            {
                await ApplyAsync(connection, migration, cancellation);
            }

            return missing.Count;
        }
        finally
        {
            await MigrationTable.UnlockAsync(connection, LockKey);
        }
    }

    private bool IsCurrent(AppliedMigrations applied) =>
        Check(applied) == migrations.Count && (foreign is null || applied.ForeignStamp == foreign.Stamp);

    /// <summary>How many are applied, after making sure that they are ours.</summary>
    private int Check(AppliedMigrations applied)
    {
        foreach (var (row, index) in applied.Rows.Select((row, index) => (row, index)))
        {
            if (index >= migrations.Count)
            {
                throw new MigrationException(
                    $"The database is newer than this program: it has migration {row.Version:0000}_{row.Name}, and this " +
                    $"program knows {migrations.Count}. Start the newer program.");
            }

            var known = migrations[index];
            if (row.Version != known.Version || row.Checksum != known.Checksum)
            {
                throw new MigrationException(
                    $"Migration {known.Title} was applied to this database with another content ({row.Version:0000}_{row.Name}). " +
                    "An applied migration never changes: undo the edit, and add a new one.");
            }
        }

        return applied.Rows.Count;
    }

    private async Task InstallForeignAsync(NpgsqlConnection connection, AppliedMigrations applied, CancellationToken cancellation)
    {
        if (foreign is null || applied.ForeignStamp == foreign.Stamp)
        {
            return;
        }

        await foreign.InstallAsync(connection, cancellation);
        await MigrationTable.StampForeignAsync(connection, foreign.Stamp, cancellation);
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            await MigrationTable.ApplyAsync(connection, transaction, migration, cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException failure)
        {
            string?[] words = [failure.MessageText, failure.Detail, failure.Hint, failure.Where];
            throw new MigrationException(
                $"Migration {migration.Title} failed and was rolled back: {string.Join(". ", words.Where(word => word is not null))} " +
                $"(SQLSTATE {failure.SqlState})",
                failure);
        }

        LogApplied(logger, migration.Title);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Migration {Title} applied")]
    private static partial void LogApplied(ILogger logger, string title);
}
