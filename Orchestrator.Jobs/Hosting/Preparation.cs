using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Hosting;

/// <summary>
/// What has to be done before any service of the host starts, whether it listens or works: settings checked, database
/// open and migrated, workflows loaded, schedules in code set. Done once; a host that wants to see what goes wrong calls it by itself first.
/// </summary>
internal sealed class Preparation(IServiceProvider services, OrchestratorOptions options, DatabaseHome home) : IHostedLifecycleService
{
    private bool _isDone;

    /// <summary>Does what has not been done.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!_isDone)
        {
            options.Check();
            await home.OpenAsync(cancellationToken);
            await services.GetRequiredService<WorkflowFolder>().LoadAsync(cancellationToken);
            await services.GetRequiredService<CodeSchedules>().SetAsync(cancellationToken);
            _isDone = true;
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => RunAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
