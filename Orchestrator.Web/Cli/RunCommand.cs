using System.Text.Json;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Web.Cli;

/// <summary>
/// <c>run</c>: dispatches a workflow, shows its steps while they go through, and prints the run's output. 0 when the run
/// succeeded, 1 when it did not, 2 when it could not be dispatched. The run is as durable as any other: stopped in the
/// middle, it goes on with the next worker.
/// </summary>
internal static class RunCommand
{
    private static readonly JsonSerializerOptions IndentedJson = new() { WriteIndented = true };

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    public static Task<int> RunAsync(string key, string? payload, string? user, CancellationToken cancellationToken) =>
        Failures.ShowAsync(async () =>
        {
            var settings = ServiceSettings.Read();
            var inputs = payload is null ? Value.Undefined : Parse(payload);
            await using var host = await ServiceHost.CreateAsync(settings, serve: false, Logging.Quiet, cancellationToken);
            await host.App.StartAsync(cancellationToken);
            try
            {
                var request = new DispatchRequest { WorkflowKey = key, Payload = inputs, UserId = user, Trigger = "command" };
                var outcome = await host.App.Services.GetRequiredService<Dispatcher>().DispatchAsync(request, cancellationToken);
                if (outcome is not Dispatched dispatched)
                {
                    await Console.Error.WriteLineAsync(((DispatchRefused)outcome).Message);
                    return 2;
                }

                return await FollowAsync(host.App.Services.GetRequiredService<RunQueries>(), dispatched.Run, cancellationToken);
            }
            finally
            {
                await host.App.StopAsync(CancellationToken.None);
            }
        });

    private static async Task<int> FollowAsync(RunQueries runs, RunId id, CancellationToken cancellationToken)
    {
        await using var view = RunView.Create(id);
        while (true)
        {
            var run = (await runs.FindAsync(DispatchRequest.DefaultTenant, id, cancellationToken))!;
            var steps = await runs.StepsAsync(DispatchRequest.DefaultTenant, id, cancellationToken);
            var attempts = await runs.AttemptsAsync(DispatchRequest.DefaultTenant, id, cancellationToken);
            await view.ShowAsync(run, steps, attempts);
            if (StateWords.RunStateOf(run.Status).IsTerminal())
            {
                await view.DisposeAsync();
                return Finish(run);
            }

            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    private static int Finish(RunRow run)
    {
        if (run.Status == RunState.Success.Word())
        {
            Console.WriteLine(Indented(run.Output ?? "null"));
            return 0;
        }

        Console.Error.WriteLine($"Run {run.WorkflowRunId} ended as {run.Status}: {run.Error}");
        return 1;
    }

    private static string Indented(string json)
    {
        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, IndentedJson);
    }

    private static Value Parse(string payload)
    {
        try
        {
            return Value.Parse(payload);
        }
        catch (JsonException e)
        {
            throw new SettingsException($"--payload is not valid JSON: {e.Message}");
        }
    }
}
