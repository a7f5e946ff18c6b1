using System.Diagnostics;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.States;

namespace Orchestrator.Web.Cli;

/// <summary>
/// <c>demo</c>: runs the ten features of seed 002's demo one after the other (<c>workflows/examples/demo</c>), and says how
/// each went. 0 when all succeeded, 1 when one did not.
/// </summary>
internal static class DemoCommand
{
    private const string StateKey = "demo_state";

    private static readonly string[] Keys =
    [
        "demo_linear", "demo_parallel", "demo_condition", "demo_loop", "demo_errors", "demo_agents", "demo_http", "demo_script", StateKey, "demo_complex",
    ];

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    public static Task<int> RunAsync(CancellationToken cancellationToken) => Failures.ShowAsync(async () =>
    {
        var host = await StartAsync(cancellationToken);
        try
        {
            var failed = 0;
            for (var index = 0; index < Keys.Length; index++)
            {
                var clock = Stopwatch.StartNew();
                var (run, problem) = await DispatchAsync(host, Keys[index], cancellationToken);
                if (run is { } id && Keys[index] == StateKey)
                {
                    // In the middle of the run: the service goes, and another one comes.
                    await UntilAsync(host, id, row => row.Status == RunState.Running.Word(), cancellationToken);
                    await StopAsync(host);
                    host = await StartAsync(cancellationToken);
                }

                var end = run is { } started ? await UntilAsync(host, started, row => StateWords.RunStateOf(row.Status).IsTerminal(), cancellationToken) : null;
                failed += end?.Status == RunState.Success.Word() ? 0 : 1;
                Console.WriteLine($"{index + 1,2}. {Keys[index],-16} {end?.Status ?? "not started",-8} {clock.ElapsedMilliseconds,6} ms  {end?.Output ?? end?.Error ?? problem}");
            }

            Console.WriteLine(failed == 0 ? $"All {Keys.Length} succeeded." : $"{failed} of {Keys.Length} did not succeed.");
            return failed == 0 ? 0 : 1;
        }
        finally
        {
            await StopAsync(host);
        }
    });

    private static async Task<ServiceHost> StartAsync(CancellationToken cancellationToken)
    {
        var host = await ServiceHost.CreateAsync(ServiceSettings.Read(), serve: false, Logging.Quiet, cancellationToken);
        await host.App.StartAsync(cancellationToken);
        return host;
    }

    private static async Task StopAsync(ServiceHost host)
    {
        await host.App.StopAsync(CancellationToken.None);
        await host.DisposeAsync();
    }

    private static async Task<(RunId? Run, string? Problem)> DispatchAsync(ServiceHost host, string key, CancellationToken cancellationToken)
    {
        var outcome = await host.App.Services.GetRequiredService<Dispatcher>().DispatchAsync(
            new DispatchRequest { WorkflowKey = key, UserId = "ada", Trigger = "command" }, cancellationToken);
        return outcome is Dispatched dispatched ? (dispatched.Run, null) : (null, ((DispatchRefused)outcome).Message);
    }

    private static async Task<RunRow> UntilAsync(ServiceHost host, RunId id, Func<RunRow, bool> isReached, CancellationToken cancellationToken)
    {
        var runs = host.App.Services.GetRequiredService<RunQueries>();
        while (true)
        {
            if (await runs.FindAsync(DispatchRequest.DefaultTenant, id, cancellationToken) is { } row && (isReached(row) || StateWords.RunStateOf(row.Status).IsTerminal()))
            {
                return row;
            }

            await Task.Delay(LookInterval, cancellationToken);
        }
    }
}
