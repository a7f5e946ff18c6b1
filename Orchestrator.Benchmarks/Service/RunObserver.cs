using Npgsql;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Benchmarks.Service;

/// <summary>Sees when runs have ended, on a connection of its own; counts what it asks, so that it can be left out.</summary>
internal sealed class RunObserver : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    // Looks each millisecond inside the server: one statement and one commit for a run that is short. A longer one is asked
    // for again, since a statement that lasts keeps all rows that have died meanwhile, and the service would wade through them.
    private const string AwaitFunction =
        """
        create function public.benchmark_await(run uuid) returns text language plpgsql volatile as $$
        declare found_status text;
        begin
          for look in 1 .. 50 loop
            select status into found_status from orchestrator.workflow_runs
            where tenant_id = 'default' and workflow_run_id = run and finished_at is not null;
            if found then return found_status; end if;
            perform pg_sleep(0.001);
          end loop;
          return null;
        end $$
        """;

    private const string AnyOpen =
        "select exists (select from orchestrator.workflow_runs where status in ('pending', 'running', 'paused'))";

    private const string Unsuccessful =
        "select count(*)::int from orchestrator.workflow_runs where status in ('failed', 'cancelled')";

    private readonly NpgsqlConnection _connection;

    private RunObserver(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Statements sent so far, each a transaction of its own.</summary>
    public int Statements { get; private set; }

    public static async Task<RunObserver> CreateAsync(BenchmarkedService service, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(service.ConnectionString) { Pooling = false };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        var observer = new RunObserver(connection);
        await observer.ScalarAsync<object>(AwaitFunction, cancellationToken);
        return observer;
    }

    /// <summary>Returns when the run has succeeded, at most a millisecond after it is visible.</summary>
    public async Task AwaitAsync(RunId run, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("select public.benchmark_await($1)", _connection);
        command.Parameters.One(run.Value);
        object? ended;
        do
        {
            Statements++;
            ended = await command.ExecuteScalarAsync(cancellationToken);
        }
        while (ended is DBNull);
        if (ended is not "success")
        {
            throw new InvalidOperationException($"Run {run} did not succeed.");
        }
    }

    /// <summary>Returns when every run has ended, and well.</summary>
    public async Task AwaitAllAsync(CancellationToken cancellationToken)
    {
        while (await ScalarAsync<bool>(AnyOpen, cancellationToken))
        {
            await Task.Delay(PollInterval, cancellationToken);
        }

        if (await ScalarAsync<int>(Unsuccessful, cancellationToken) is > 0 and var failed)
        {
            throw new InvalidOperationException($"{failed} runs did not succeed.");
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<T?> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        Statements++;
        return (T?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
