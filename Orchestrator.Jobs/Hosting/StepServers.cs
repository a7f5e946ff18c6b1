using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Hosting;

/// <summary>
/// The Hangfire servers that bring steps to workers: one for the queues of the settings, and a small one for agent tasks, so
/// that few of these are under way at a time while none that waits holds a worker. They start and stop together.
/// </summary>
internal sealed class StepServers(IServiceProvider provider, StepStorages storages, OrchestratorOptions options) : IHostedService, IDisposable
{
    private BackgroundJobServerHostedService[] _servers = [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var steps = Server(storages.Steps, options.Queues, options.Workers, isFirst: true);
        _servers = storages.Agents is { } agents ? [steps, Server(agents, [AgentTaskAction.OwnQueue], options.Agents.MaxConcurrent, isFirst: false)] : [steps];
        return Task.WhenAll(_servers.Select(server => server.StartAsync(cancellationToken)));
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_servers.Select(server => server.StopAsync(cancellationToken)));

    public void Dispose()
    {
        foreach (var server in _servers)
        {
            server.Dispose();
        }
    }

    private BackgroundJobServerHostedService Server(JobStorage storage, string[] queues, int workers, bool isFirst) => new(
        storage,
        new BackgroundJobServerOptions
        {
            WorkerCount = workers,
            Queues = Lanes.ServedBy(queues),
            SchedulePollingInterval = TimeSpan.FromSeconds(10),
            StopTimeout = Drain.Patience,
            ShutdownTimeout = Drain.Patience + TimeSpan.FromSeconds(5),
            Activator = provider.GetRequiredService<JobActivator>(),

            // Without the filter of operators' actions: a worker does nothing that it would have to see.
            FilterProvider = JobFilterProviders.Providers,

            // Timers and recurring jobs are looked after once a process.
            IsLightweightServer = !isFirst,
        },
        isFirst ? provider.GetServices<IBackgroundProcess>() : [],
        provider.GetRequiredService<IHostApplicationLifetime>());
}
