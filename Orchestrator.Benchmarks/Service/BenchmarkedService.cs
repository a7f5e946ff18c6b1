using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Benchmarks.Database;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Benchmarks.Service;

/// <summary>The service as it is composed for real, with its defaults, less the web: dispatch, worker, Hangfire server.</summary>
internal sealed class BenchmarkedService : IAsyncDisposable
{
    private readonly PreparedDatabase _prepared;
    private readonly IHost _host;

    private BenchmarkedService(string database, PreparedDatabase prepared, IHost host) =>
        (Database, _prepared, _host) = (database, prepared, host);

    /// <summary>Name of its database.</summary>
    public string Database { get; }

    public string ConnectionString => _prepared.Database.ConnectionString;

    /// <summary>Starts it on a new database.</summary>
    public static async Task<BenchmarkedService> StartAsync(Cluster cluster, bool works, CancellationToken cancellationToken) =>
        await StartAsync(cluster, await cluster.CreateDatabaseAsync(), works, cancellationToken);

    /// <summary>Starts it on a database that may have its schema already.</summary>
    public static async Task<BenchmarkedService> StartAsync(
        Cluster cluster, string database, bool works, CancellationToken cancellationToken)
    {
        var prepared = await PreparedDatabase.CreateAsync(cluster.ConnectionStringFor(database), NullLogger.Instance, cancellationToken);
        IHost? host = null;
        try
        {
            host = Build(prepared, works);
            await host.StartAsync(cancellationToken);
            return new BenchmarkedService(database, prepared, host);
        }
        catch
        {
            host?.Dispose();
            await prepared.DisposeAsync();
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
        await _prepared.DisposeAsync();
    }

    private static IHost Build(PreparedDatabase prepared, bool works)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Error);
        var options = new OrchestratorOptions();
        builder.Services.AddOrchestratorCore(prepared, options);
        if (works)
        {
            builder.Services.AddOrchestratorWorker(options);
        }

        return builder.Build();
    }
}
