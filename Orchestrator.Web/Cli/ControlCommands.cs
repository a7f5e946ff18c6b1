using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.States;

namespace Orchestrator.Web.Cli;

/// <summary><c>cancel</c>, <c>pause</c> and <c>resume</c>: what an operator does with a run, on the database itself, beside the service.</summary>
internal static class ControlCommands
{
    public static IEnumerable<Command> Create() => RunOrder.All.Select(Create);

    private static Command Create(RunOrder order)
    {
        var run = new Argument<Guid>("run") { Description = "The run's id." };
        var reason = new Option<string?>("--reason") { Description = "Why, for the run's log." };
        var tenant = new Option<string>("--tenant") { Description = "Whose run.", DefaultValueFactory = _ => DispatchRequest.DefaultTenant };
        var command = new Command(order.Word, order.Word switch
        {
            "cancel" => "Cancel a run and everything that is open in it.",
            "pause" => "Pause a run: nothing of it starts, its timers stand still.",
            _ => "Let a paused run go on.",
        }) { run, reason, tenant };
        command.SetAction((parsed, cancel) => Failures.ShowAsync(() => GiveAsync(
            order, parsed.GetRequiredValue(run), parsed.GetValue(tenant)!, parsed.GetValue(reason), cancel)));
        return command;
    }

    private static async Task<int> GiveAsync(RunOrder order, Guid run, string tenant, string? reason, CancellationToken cancellationToken)
    {
        if (reason?.Length is 0 or > Orderer.MaxReason)
        {
            throw new SettingsException($"--reason has {reason.Length} characters; it has to have 1 to {Orderer.MaxReason}.");
        }

        var settings = ServiceSettings.Read();
        await using var home = new DatabaseHome(settings.Options, settings.Options.Folders, NullLoggerFactory.Instance);
        await home.OpenAsync(cancellationToken);
        var control = new RunControl(
            home.Database, new RunQueries(home.Database), StepJobRows.Create(), news: null, settings.Options, TimeProvider.System, NullLogger<RunControl>.Instance);
        switch (await control.GiveAsync(tenant, new RunId(run), order, new Orderer("command", reason), cancellationToken))
        {
            case OrderDone done:
                Console.WriteLine($"Run {run} is {done.State.Word()}.");
                return 0;
            case OrderRefused refused:
                throw new SettingsException(refused.Message);
            default:
                throw new SettingsException($"Tenant {tenant} has no run {run}.");
        }
    }
}
