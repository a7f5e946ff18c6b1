using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>A run about to be written, with the rows of its steps.</summary>
internal sealed record NewRun
{
    public required RunId Id { get; init; }

    public required DispatchRequest Request { get; init; }

    public required LoadedWorkflow Workflow { get; init; }

    /// <summary>As JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>As JSON.</summary>
    public required string Variables { get; init; }

    /// <summary>How many of the workflow's own steps are open, where the caller writes them all; null: all of them, and they are written with the run.</summary>
    public int? OpenSteps { get; init; }

    /// <summary>What limits how many runs such as this are open; null: nothing.</summary>
    public RunSlot? Slot { get; init; }

    /// <exception cref="EvaluationException">The key of <c>config.concurrency</c> can't be evaluated.</exception>
    public static NewRun Of(DispatchRequest request, LoadedWorkflow workflow, Value inputs, RunId id, DateTime now)
    {
        var variables = workflow.Definition.Variables.IsNullish ? Value.EmptyObject : workflow.Definition.Variables;
        if (!request.Variables.IsNullish)
        {
            variables = request.Variables.AsObject().Aggregate(variables, (all, one) => all.With(one.Key, one.Value));
        }

        return new NewRun
        {
            Id = id,
            Request = request,
            Workflow = workflow,
            Payload = inputs.ToJson(),
            Variables = variables.ToJson(),
            Slot = workflow.Definition.Config.Concurrency is { } limit
                ? new RunSlot(limit.Key is { } key ? KeyOf(key, request, workflow, inputs, variables, id, now) : workflow.Definition.Key, limit)
                : null,
        };
    }

    private static string KeyOf(
        Template key, DispatchRequest request, LoadedWorkflow workflow, Value inputs, Value variables, RunId id, DateTime now)
    {
        var memory = new RunMemory(new RunInfo
        {
            Tenant = request.Tenant,
            Id = id,
            WorkflowKey = workflow.Definition.Key,
            WorkflowVersion = workflow.Version,
            UserId = request.UserId,
            IntentId = request.IntentId,
            Trigger = request.Trigger,
            CreatedAt = now,
        })
        {
            Payload = inputs,
            Variables = variables,
        };
        return StorableText.Of(key.Render(new StepScope(workflow, memory, [])).ToText());
    }

    /// <summary>Hangfire queues of the steps that may start.</summary>
    public IEnumerable<string> RootQueues =>
        OpenSteps is not null ? [] : Workflow.Definition.Blueprint.Starters.Select(root => Lanes.Of(Queue(root), Workflow.Step(root).Priority ?? Priority));

    public int Priority => Request.Priority ?? Workflow.Definition.Config.Priority;

    /// <summary>The first 25 parameters of <c>Dispatch.sql</c>.</summary>
    public static void AddTo(NpgsqlParameterCollection parameters, IReadOnlyList<NewRun> runs)
    {
        parameters
            .Texts([.. runs.Select(run => run.Request.Tenant)])
            .Uuids([.. runs.Select(run => run.Id.Value)])
            .Texts([.. runs.Select(run => run.Workflow.Definition.Key)])
            .Ints([.. runs.Select(run => run.Workflow.Version)])
            .Texts([.. runs.Select(run => run.Request.UserId)])
            .Texts([.. runs.Select(run => run.Request.IntentId)])
            .Texts([.. runs.Select(run => run.Request.Trigger)])
            .Uuids([.. runs.Select(run => run.Request.TriggerEventId)])
            .Shorts([.. runs.Select(run => (short)run.Priority)])
            .Ints([.. runs.Select(run => run.OpenSteps ?? run.Workflow.Definition.Blueprint.Main.Steps.Count)])
            .Ints([.. runs.Select(run => (int)run.Workflow.Definition.Config.Timeout.TotalMilliseconds)])
            .Times([.. runs.Select(run => run.Request.ScheduledAt)])
            .Jsons([.. runs.Select(run => run.Payload)])
            .Jsons([.. runs.Select(run => run.Variables)])
            .Texts([.. runs.Select(run => run.Request.Key?.Scope)])
            .Texts([.. runs.Select(run => run.Request.Key?.Key)])
            .Bytes([.. runs.Select(run => run.Request.Key?.RequestSha256)]);
        var steps = runs.Where(run => run.OpenSteps is null)
            .SelectMany(run => run.Workflow.Definition.Blueprint.Main.Steps.Select(step => (Run: run, Step: run.Workflow.Step(step)))).ToArray();
        parameters
            .Uuids(Array.ConvertAll(steps, row => row.Run.Id.Value))
            .Uuids(Array.ConvertAll(steps, row => row.Run.Id.Job(row.Step.Index).Value))
            .Texts(Array.ConvertAll(steps, row => row.Step.Id))
            .Ints(Array.ConvertAll(steps, row => row.Step.Index))
            .Shorts(Array.ConvertAll(steps, row => (short)(row.Step.Priority ?? row.Run.Priority)))
            .Texts(Array.ConvertAll(steps, row => row.Run.Queue(row.Step.Index)))
            .Shorts(Array.ConvertAll(steps, row => (short)row.Step.Retry.MaxAttempts))
            .Ints(Array.ConvertAll(steps, row => row.Run.Workflow.Definition.Graph.Parents(row.Step.Index).Count));
    }

    /// <summary>Its last parameters: the steps that have asked for the runs, how often snapshots are taken, and what limits these.</summary>
    public static void AddParents(NpgsqlParameterCollection parameters, IReadOnlyList<NewRun> runs) => parameters
        .Uuids([.. runs.Select(run => run.Request.Parent?.Job.Run.Value)])
        .Uuids([.. runs.Select(run => run.Request.Parent is { Waits: true } parent ? parent.Job.Value : (Guid?)null)])
        .Shorts([.. runs.Select(run => (short)(run.Request.Parent?.Nesting ?? 0))])
        .Ints([.. runs.Select(run => (int?)run.Workflow.Definition.Config.SnapshotInterval?.TotalMilliseconds)])
        .Texts([.. runs.Select(run => run.Slot?.Key)])
        .Many([.. runs.Where(run => run.OpenSteps is null).SelectMany(run => run.Places)], NpgsqlDbType.Boolean);

    /// <summary>For each step of the workflow's own body: whether it counts as under way from the start (true), is held (false), or neither.</summary>
    private IEnumerable<bool?> Places
    {
        get
        {
            var blueprint = Workflow.Definition.Blueprint;
            if (blueprint.MaxParallel is null)
            {
                return blueprint.Main.Steps.Select(_ => (bool?)null);
            }

            var (roots, starters) = (blueprint.Main.Roots.ToHashSet(), blueprint.Starters.ToHashSet());
            return blueprint.Main.Steps.Select(step => !roots.Contains(step) || blueprint.Rule(step).Steers ? (bool?)null : starters.Contains(step));
        }
    }

    public string Queue(int step) =>
        Workflow.Step(step).Queue ?? Workflow.Definition.Config.Queue ?? StepJobRows.DefaultQueue;
}
