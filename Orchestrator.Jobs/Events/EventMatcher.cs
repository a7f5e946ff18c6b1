using Microsoft.Extensions.Logging;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Events;

/// <summary>What events call for: the runs to start, what is collected first, and what can't be.</summary>
internal sealed record EventPlan(
    IReadOnlyList<NewRun> Runs, IReadOnlyList<CollectedEvent> Collected, IReadOnlyDictionary<Guid, List<EventError>> Errors);

/// <summary>
/// Finds the runs that events call for: of every workflow of the tenant whose head waits for the event's type and whose
/// <c>match</c> is true. What goes wrong with one workflow keeps neither the others nor other events.
/// </summary>
internal sealed class EventMatcher(Database database, WorkflowCatalog workflows, Dispatcher dispatcher, ILogger log)
{
    public async Task<EventPlan> PlanAsync(IReadOnlyList<IntentEvent> events, CancellationToken cancellationToken)
    {
        var listeners = await ListenersAsync(events, cancellationToken);
        var runs = new List<NewRun>();
        var collected = new List<CollectedEvent>();
        var errors = new Dictionary<Guid, List<EventError>>();
        foreach (var one in events)
        {
            foreach (var (key, version) in listeners[(one.Tenant, one.Type)])
            {
                var triggers = await TriggersAsync(one, key, version, cancellationToken);
                collected.AddRange(triggers.Found.Where(trigger => trigger.Collecting is not null).Select(trigger => new CollectedEvent(key, version, trigger, one)));
                var (run, problem) = triggers.Found.Any(trigger => trigger.Collecting is null)
                    ? await RunAsync(one, key, version, cancellationToken)
                    : (null, triggers.Problem);
                if (run is not null)
                {
                    runs.Add(run);
                }
                else if (problem is not null)
                {
                    Log.EventRefused(log, one.Id, key, problem);
                    errors.TryAdd(one.Id, []);
                    errors[one.Id].Add(new EventError(key, problem));
                }
            }
        }

        return new EventPlan(runs, collected, errors);
    }

    /// <summary>What a run says that started it.</summary>
    public static string TriggerOf(IntentEvent one) => RunEnd.Is(one.Type) ? "workflow" : "event";

    /// <summary>The workflow's triggers that the event matches; or why none is looked at although it waits for such events.</summary>
    private async Task<(IReadOnlyList<EventTrigger> Found, string? Problem)> TriggersAsync(
        IntentEvent one, string key, int version, CancellationToken cancellationToken)
    {
        if (one.Depth > RunEnd.MaxDepth)
        {
            return ([], $"It would be run {one.Depth + 1} in a row that was started by the end or an event of another, {RunEnd.MaxDepth} may follow a first one: "
                + "do these workflows start each other in a circle? See their triggers of type workflow and their steps of type emit_event.");
        }

        try
        {
            var workflow = await workflows.GetAsync(one.Tenant, key, version, cancellationToken);
            return ([.. workflow.Definition.Triggers.OfType<EventTrigger>()
                .Where(trigger => trigger.EventTypes.Contains(one.Type) && Matches(trigger, one, key))], null);
        }
        catch (InvalidOperationException unreadable)
        {
            return ([], unreadable.Message);
        }
    }

    private async Task<(NewRun? Run, string? Problem)> RunAsync(
        IntentEvent one, string key, int version, CancellationToken cancellationToken)
    {
        var (run, refused) = await dispatcher.PrepareAsync(Request(one, key, version), cancellationToken);
        return (run, refused?.Message);
    }

    private static DispatchRequest Request(IntentEvent one, string key, int version) => new()
    {
        Tenant = one.Tenant,
        WorkflowKey = key,
        Version = version,
        UserId = one.UserId,
        IntentId = one.IntentId,
        Payload = one.Payload,
        Trigger = TriggerOf(one),
        TriggerEventId = one.Id,
        Key = new IdempotencyKey("event", $"{one.Id}:{key}", []),
    };

    private bool Matches(EventTrigger trigger, IntentEvent one, string key)
    {
        if (trigger.Match is not { } match)
        {
            return true;
        }

        try
        {
            return match.Evaluate(new Scope((RootNames.Event, one.ToValue())) { Now = one.CreatedAt }).IsTruthy;
        }
        catch (EvaluationException e)
        {
            Log.MatchFailed(log, one.Id, key, e.Message);
            return false;
        }
    }

    private async Task<ILookup<(string Tenant, string Type), (string Key, int Version)>> ListenersAsync(
        IReadOnlyList<IntentEvent> events, CancellationToken cancellationToken)
    {
        var wanted = events.Select(one => (one.Tenant, one.Type)).Distinct().ToArray();
        await using var command = database.Source.CreateCommand(SqlText.Load("FindListeners"));
        command.Parameters.Texts(Array.ConvertAll(wanted, one => one.Tenant)).Texts(Array.ConvertAll(wanted, one => one.Type));
        var found = new List<((string, string) Event, (string, int) Workflow)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(((row.GetString(0), row.GetString(1)), (row.GetString(2), row.GetInt32(3))));
        }

        return found.ToLookup(one => one.Event, one => one.Workflow);
    }
}
