using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Hosting;

namespace Orchestrator.Web.Cli;

/// <summary><c>demo-agents</c>: a population for trials, on the database itself. It may run beside the service, and again.</summary>
internal static class DemoAgentsCommand
{
    private const int MaxCount = 100_000;

    public static Command Create()
    {
        var count = new Option<int>("--count") { Description = "How many agents.", DefaultValueFactory = _ => 25 };
        var seed = new Option<int>("--seed") { Description = "Another number gives other pasts.", DefaultValueFactory = _ => 1 };
        var command = new Command("demo-agents", "Make agents for trials, each with a past; those that are there already stay as they are.") { count, seed };
        command.SetAction((parsed, cancel) => Failures.ShowAsync(() => RunAsync(parsed.GetValue(count), parsed.GetValue(seed), cancel)));
        return command;
    }

    private static async Task<int> RunAsync(int count, int seed, CancellationToken cancellationToken)
    {
        if (count is < 1 or > MaxCount)
        {
            throw new SettingsException($"--count is {count}; it has to be 1 to {MaxCount}.");
        }

        var settings = ServiceSettings.Read();
        await using var home = new DatabaseHome(settings.Options, settings.Options.Folders, NullLoggerFactory.Instance);
        await home.OpenAsync(cancellationToken);
        var made = 0;
        foreach (var agent in DemoPopulation.Make(DispatchRequest.DefaultTenant, count, seed, TimeProvider.System.GetUtcNow().UtcDateTime))
        {
            made += await new AgentStore(home.Database).InsertWithPastAsync(agent, cancellationToken) ? 1 : 0;
        }

        Console.WriteLine(made == count
            ? $"{made} agents made: GET /api/agents?q=demo shows them."
            : $"{made} agents made, {count - made} were there already.");
        return 0;
    }
}
