using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Jobs.Locks;

namespace Orchestrator.Tests.Support;

/// <summary>
/// What this assembly does when it is started as a program: a second process for the tests that need a real one to
/// share a lock with, or to kill. Tests start it through <see cref="ChildProcess"/>.
/// </summary>
internal static partial class ChildProgram
{
    /// <summary>Uses the PostgreSQL of a folder until its input ends.</summary>
    public const string UsePostgres = "use-postgres";

    /// <summary>Waits for a line, migrates a database, and ends.</summary>
    public const string Migrate = "migrate";

    /// <summary>Performs Hangfire jobs until its input ends, with a clock that is off by some time.</summary>
    public const string PerformJobs = "perform-jobs";

    /// <summary>Holds a lock, and writes under its token before and after a line of its input.</summary>
    public const string HoldLock = "hold-lock";

    /// <summary>Waits for a line, then many of it try to take a lock at once.</summary>
    public const string TryLock = "try-lock";

    /// <summary>The line with which a child says that it is where the test wants it.</summary>
    public const string Ready = "ready";

    private static async Task<int> Main(string[] arguments)
    {
        try
        {
            await (arguments switch
            {
                [UsePostgres, var folder] => UseAsync(folder),
                [Migrate, var connectionString] => MigrateAsync(connectionString),
                [HoldLock, var connectionString] => LockHolder.HoldAsync(connectionString),
                [TryLock, var connectionString, var callers] => LockHolder.TryAsync(connectionString, int.Parse(callers, CultureInfo.InvariantCulture)),
                [PerformJobs, var connectionString, var clockOffset] => PerformAsync(connectionString, clockOffset),
                _ => throw new ArgumentException("Tests are run by 'dotnet test'."),
            });
            return 0;
        }
        catch (EmbeddedPostgresException problem)
        {
            await Console.Error.WriteLineAsync(problem.Message);
            return 1;
        }
    }

    private static async Task UseAsync(string folder)
    {
        var options = new EmbeddedPostgresOptions { DataFolder = folder };
        await using var postgres = await EmbeddedPostgres.StartAsync(options, NullLogger.Instance, CancellationToken.None);
        Console.WriteLine(Ready);
        await Console.In.ReadLineAsync();
    }

    private static Task PerformAsync(string connectionString, string clockOffset)
    {
        Task? performing = null;
        StartPerforming(connectionString, clockOffset, ref performing);
        return performing ?? throw new NotSupportedException("This is built without the embedded supplier of Hangfire.");
    }

    /// <summary>Implemented beside the embedded supplier's own tests.</summary>
    static partial void StartPerforming(string connectionString, string clockOffset, ref Task? performing);

    private static async Task MigrateAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        Console.WriteLine(Ready);
        await Console.In.ReadLineAsync();
        await new Migrator(database, ExampleMigrations.Slow, foreign: null, NullLogger.Instance).MigrateAsync(CancellationToken.None);
    }
}
