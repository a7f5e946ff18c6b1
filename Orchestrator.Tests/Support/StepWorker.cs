using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Hosting;

namespace Orchestrator.Tests.Support;

/// <summary>A worker process that a test can pause and kill, with a clock of its own and a short lease.</summary>
internal static class StepWorker
{
    public static async Task RunAsync(string connectionString, string clockOffset, string lease)
    {
        using var folder = TestFolder.Create();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<TimeProvider>(new ShiftedTime(TimeSpan.Parse(clockOffset, CultureInfo.InvariantCulture)));
        builder.Services.AddOrchestrator(options =>
        {
            options.ConnectionString = connectionString;
            options.DataFolder = folder.Path;
            options.WorkflowsFolder = Path.Combine(folder.Path, "workflows");
            options.Role = OrchestratorRole.Worker;
            options.Workers = 4;
            options.SweepInterval = TimeSpan.FromMilliseconds(100);
            options.Lease = TimeSpan.Parse(lease, CultureInfo.InvariantCulture);
        });
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine(ChildProgram.Ready);
        await Console.In.ReadLineAsync();
        await host.StopAsync();
    }

    private sealed class ShiftedTime(TimeSpan offset) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
    }
}
