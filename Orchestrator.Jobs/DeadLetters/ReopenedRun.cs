using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.DeadLetters;

/// <summary>A decision about a step, or all dead ones, and the run that it concerns: checked, planned, and turned into rows.</summary>
/// <param name="workflow">The run's.</param>
/// <param name="memory">Of the run.</param>
/// <param name="step">Number of the step; null: the run as a whole.</param>
/// <param name="decision">What is decided.</param>
/// <param name="now">For errors.</param>
internal sealed class ReopenedRun(LoadedWorkflow workflow, RunMemory memory, int? step, Decision decision, DateTime now)
{
    private PastRows _rows = null!;
    private PastRun? _run;
    private int[]? _targets;
    private Decisions _decisions = null!;

    public RunInfo Info => memory.Run;

    public Decision Decision => decision;

    public LoadedWorkflow Workflow => workflow;

    public RunMemory Memory => memory;

    public JobId Job => Info.Id.Job(step ?? 0);

    public string? StepId => step is { } number ? _rows.Names.GetValueOrDefault(number) : null;

    /// <summary>Whether there is such a step.</summary>
    public bool Exists => step is not { } number || _rows.Run.Steps.ContainsKey(number);

    /// <summary>Steps that change.</summary>
    public int Moved => _decisions.Ended.Count + _decisions.Ready.Count + _decisions.Held.Count + _decisions.Counted.Count;

    /// <summary>Where the step stands after it.</summary>
    public StepState StepState => decision is ResolveDecision ? StepState.Success : _decisions.Ready.Any(count => count.Step == step) ? StepState.Queued : StepState.Waiting;

    /// <summary>Its workflow limits how many runs are open at a time: it goes on with its slot alone.</summary>
    public bool NeedsSlot => workflow.Definition.Config.Concurrency is not null && !RunState.IsTerminal();

    /// <summary>It had ended, and goes on.</summary>
    public bool IsReopened => State == RunState.Failed;

    /// <summary>Where the run stands after it; valid after <see cref="AddTo"/>.</summary>
    public RunState RunState { get; private set; }

    private PastRun Run => _run ??= WithDecided();

    private RunState State => _rows.State;

    /// <summary>The steps that get another attempt, or are resolved: of one that contains others those that failed it.</summary>
    private int[] Targets => _targets ??= step is not { } number
        ? [.. workflow.Definition.Blueprint.Main.Steps.Where(Run.HasFailed).SelectMany(Run.Causes)]
        : decision is ResolveDecision ? [number] : [.. Run.Causes(number)];

    /// <summary>Whether something of the run waits for a decision, and may not do so any more afterwards.</summary>
    public bool HasHeld => _rows.Held.Count > 0;

    public void Read(PastRows rows) => _rows = rows;

    /// <summary>Why it can't be done; null: it can.</summary>
    public string? Refusal
    {
        get
        {
            if (step is null && State != RunState.Failed)
            {
                return $"Run {Info.Id} is {State.Word()}: only one that failed goes on from where it stood.";
            }

            if (State is RunState.Cancelled or RunState.Success)
            {
                return $"Run {Info.Id} is {State.Word()}: it can't be reopened.";
            }

            if (step is { } number && Run.Steps[number].Step.State is var state && !decision.Allows(state))
            {
                return state switch
                {
                    StepState.Dead or StepState.Failed =>
                        $"Step '{StepId}' is {state.Word()}: retry and reset are possible, {decision.Word} only once it is dead.",
                    _ => $"Step '{StepId}' is {state.Word()}. A dead step can be retried, reset or resolved, a failed one retried or reset.",
                };
            }

            return Targets.Select(target => Run.Obstacle(target) is var (obstacle, other) ? Words(obstacle, _rows.Names[target], _rows.Names[other]) : null)
                .FirstOrDefault(words => words is not null);
        }
    }

    public Decisions Plan()
    {
        if (decision is ResolveDecision resolve)
        {
            memory.Remember(step!.Value, new StepMemory(StepState.Success, 0, resolve.Output, Value.Undefined));
        }

        return _decisions = Reopening.Plan(workflow.Definition.Blueprint, Run, Targets, decision is ResolveDecision);
    }

    /// <summary>The parameters of <c>Reopen.sql</c>.</summary>
    public void AddTo(NpgsqlParameterCollection parameters, StepJobRows jobs)
    {
        var rows = _decisions.Ended.Select(end => (end.Step, end.State, end.Pending, end.Present))
            .Concat(_decisions.Ready.Select(count => (count.Step, State: StepState.Queued, count.Pending, count.Present)))
            .Concat(_decisions.Held.Concat(_decisions.Counted).Select(count => (count.Step, State: StepState.Waiting, count.Pending, count.Present)))
            .ToArray();
        var held = _decisions.Held.Select(count => count.Step).ToHashSet();
        var (end, output, error) = End();
        RunState = end ?? (State == RunState.Failed ? RunState.Running : State);
        parameters
            .One(Info.Tenant)
            .Uuids(Array.ConvertAll(rows, row => Info.Id.Job(row.Step).Value))
            .Texts(Array.ConvertAll(rows, row => row.State.Word()))
            .Ints(Array.ConvertAll(rows, row => row.Pending))
            .Ints(Array.ConvertAll(rows, row => row.Present))
            .Uuids(Array.ConvertAll(Targets, target => Info.Id.Job(target).Value))
            .One(decision.Word)
            .One((short)(AttemptMaker.MaxLost - 1))
            .One(Info.Id.Value)
            .One(RunState.Word())
            .One(_decisions.OpenSteps);
        parameters.Add(new NpgsqlParameter { Value = (object?)_decisions.DeadStep ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        Add(parameters, Json(output));
        Add(parameters, Json(error));
        Add(parameters, (decision as ResolveDecision)?.Output.ToJson());
        parameters.Add(new NpgsqlParameter { Value = (object?)StepId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        parameters.One(StorableText.Of(decision.Message));
        Add(parameters, LogData());
        parameters.One(jobs.Invocation).One(jobs.Arguments).Ints(Array.ConvertAll(Targets, target => AttemptsOf(target))).Many(
            Array.ConvertAll(rows, row => held.Contains(row.Step) ? false : row.State == StepState.Queued && TakesPlace(row.Step) ? true : (bool?)null),
            NpgsqlDbType.Boolean);
    }

    private bool TakesPlace(int number) => workflow.Definition.Blueprint is { MaxParallel: not null } blueprint
        && !Run.Steps[number].HasBegun && !blueprint.Rule(Run.Steps[number].Step.Place?.Step ?? number).Steers;

    /// <summary>What becomes of blocks, and of what is in them.</summary>
    public BlockRows Blocks()
    {
        var rows = new BlockRows();
        foreach (var (key, block) in _decisions.Blocks)
        {
            rows.Count(Info, key, block);
        }

        foreach (var (number, owner) in _decisions.Owners)
        {
            rows.Progress(Info, number, owner, Value.Undefined);
        }

        rows.Cancel(Info, _decisions);
        return rows;
    }

    /// <summary>A step that waits for this decision is as good as dead, and so are those around it that do; others wait on.</summary>
    private PastRun WithDecided()
    {
        var run = _rows.Run;
        var decided = step is not { } number ? [] : (run.Steps[number].Step.Place?.Owners ?? []).Select(owner => owner.Number).Append(number);
        var steps = new Dictionary<int, PastStep>(run.Steps);
        foreach (var held in decided.Where(_rows.Held.Contains))
        {
            steps[held] = steps[held] with { Step = steps[held].Step with { State = StepState.Dead, HasBegun = false } };
        }

        return run with { Steps = steps };
    }

    private static string Words(Obstacle obstacle, string target, string other) => obstacle switch
    {
        Obstacle.OwnerEnded => $"Step '{other}', which contains '{target}', has ended, and nothing would follow from it.",
        Obstacle.OwnerBusy => $"Step '{other}', which contains '{target}', is at work at this moment; try again.",
        Obstacle.Replaced => $"An alternative stands in the place of '{other}', which contains '{target}': decide about '{other}'.",
        _ => $"What came before step '{other}' has been undone, so it can't go on: restart the run.",
    };

    /// <summary>A run that has nothing left to do ends with the decision.</summary>
    private (RunState? State, Value Output, Value Error) End()
    {
        if (_decisions.End is not { } end)
        {
            return (null, Value.Null, Value.Null);
        }

        if (end.State == RunState.Failed)
        {
            return (end.State, Value.Null, Error(end.Error!, end.Step));
        }

        try
        {
            return (end.State, RunOutput.Of(workflow, memory), Value.Null);
        }
        catch (EvaluationException e)
        {
            return (RunState.Failed, Value.Null, Error($"output: {e.Message}", null));
        }
    }

    private Value Error(string message, int? number) => Value.Object(
        ("message", message),
        ("step_id", number is { } dead ? _rows.Names[dead] : null),
        ("timestamp", StepJobRows.Time(now)),
        ("attempts", 0));

    private string LogData() => (decision is ResolveDecision resolve
        ? Value.Object(("action", decision.Word), ("by", decision.By), ("resolution", resolve.Resolution))
        : Value.Object(("action", decision.Word), ("by", decision.By))).ToJson();

    private int AttemptsOf(int number) => workflow.Step(Run.Steps[number].Step.Place?.Step ?? number).Retry.MaxAttempts;

    private static void Add(NpgsqlParameterCollection parameters, string? json) =>
        parameters.Add(new NpgsqlParameter { Value = (object?)json ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });

    private static string? Json(Value value) => value.IsNullish ? null : value.ToJson();
}
