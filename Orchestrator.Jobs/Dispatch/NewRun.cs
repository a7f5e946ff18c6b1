using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;

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

    public static NewRun Of(DispatchRequest request, LoadedWorkflow workflow, Value inputs, RunId id)
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
        };
    }

    /// <summary>Hangfire queues of the steps that may start.</summary>
    public IEnumerable<string> RootQueues =>
        OpenSteps is not null ? [] : Workflow.Definition.Blueprint.Main.Roots.Select(root => Lanes.Of(Queue(root), Workflow.Step(root).Priority ?? Priority));

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

    /// <summary>Its last parameters: the steps that have asked for the runs, and how often snapshots are taken.</summary>
    public static void AddParents(NpgsqlParameterCollection parameters, IReadOnlyList<NewRun> runs) => parameters
        .Uuids([.. runs.Select(run => run.Request.Parent?.Job.Run.Value)])
        .Uuids([.. runs.Select(run => run.Request.Parent is { Waits: true } parent ? parent.Job.Value : (Guid?)null)])
        .Shorts([.. runs.Select(run => (short)(run.Request.Parent?.Nesting ?? 0))])
        .Ints([.. runs.Select(run => (int?)run.Workflow.Definition.Config.SnapshotInterval?.TotalMilliseconds)]);

    public string Queue(int step) =>
        Workflow.Step(step).Queue ?? Workflow.Definition.Config.Queue ?? StepJobRows.DefaultQueue;
}
