using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Orchestrator.Benchmarks.Database;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Benchmarks.Service;

/// <summary>The service as it is composed for real, with its defaults, less the web: dispatch, worker, Hangfire server.</summary>
internal sealed class BenchmarkedService : IAsyncDisposable
{
    private readonly IHost _host;

    private BenchmarkedService(string database, IHost host) => (Database, _host) = (database, host);

    /// <summary>Name of its database.</summary>
    public string Database { get; }

    public string ConnectionString => Get<Jobs.Storage.Database>().ConnectionString;

    /// <summary>Starts it on a new database.</summary>
    public static async Task<BenchmarkedService> StartAsync(Cluster cluster, bool works, CancellationToken cancellationToken) =>
        await StartAsync(cluster, await cluster.CreateDatabaseAsync(), works, cancellationToken);

    /// <summary>Starts it on a database that may have its schema already.</summary>
    public static Task<BenchmarkedService> StartAsync(Cluster cluster, string database, bool works, CancellationToken cancellationToken) =>
        ConnectAsync(cluster.ConnectionStringFor(database), works, cancellationToken);

    /// <summary>Starts it on the database of a connection string.</summary>
    public static async Task<BenchmarkedService> ConnectAsync(string connectionString, bool works, CancellationToken cancellationToken)
    {
        var host = Build(connectionString, works);
        try
        {
            await host.StartAsync(cancellationToken);
            return new BenchmarkedService(new NpgsqlConnectionStringBuilder(connectionString).Database!, host);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    /// <summary>Stores a workflow file for the default tenant.</summary>
    public async Task PutAsync(string key, string yaml, CancellationToken cancellationToken) =>
        await Get<WorkflowStore>().PutAsync(
            DispatchRequest.DefaultTenant, WorkflowParser.Parse(yaml, key).Definition!, yaml, file: null, isRestart: false, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await ((IAsyncDisposable)_host).DisposeAsync();
    }

    private static IHost Build(string connectionString, bool works)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services.AddOrchestrator(new OrchestratorOptions
        {
            ConnectionString = connectionString,
            WorkflowsFolder = Path.Combine(AppContext.BaseDirectory, "no-workflows"),
            Role = works ? OrchestratorRole.All : OrchestratorRole.Web,
        });
        return builder.Build();
    }
}
