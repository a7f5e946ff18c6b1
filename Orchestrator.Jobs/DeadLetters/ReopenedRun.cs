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

/// <summary>A decision about a step and the run that it concerns: checked, planned, and turned into rows.</summary>
internal sealed class ReopenedRun(LoadedWorkflow workflow, RunMemory memory, int step, Decision decision, DateTime now)
{
    private readonly Dictionary<int, StepSnapshot> _steps = [];
    private RunState _state;
    private int _openSteps;
    private Decisions _decisions = null!;

    public RunInfo Info => memory.Run;

    public string StepId => workflow.Step(step).Id;

    /// <summary>Steps that change.</summary>
    public int Moved => _decisions.Ended.Count + _decisions.Ready.Count + _decisions.Counted.Count;

    /// <summary>Where the step stands after it.</summary>
    public StepState StepState => decision is ResolveDecision ? StepState.Success : StepState.Queued;

    /// <summary>Where the run stands after it; valid after <see cref="AddTo"/>.</summary>
    public RunState RunState { get; private set; }

    public void Lock(RunState state, int openSteps) => (_state, _openSteps) = (state, openSteps);

    public void Read(int index, StepSnapshot row) => _steps[index] = row;

    /// <summary>Why it can't be done; null: it can.</summary>
    public string? Refusal
    {
        get
        {
            var state = _steps[step].State;
            if (_state is RunState.Cancelled or RunState.Success)
            {
                return $"Run {Info.Id} is {_state.Word()}: it can't be reopened.";
            }

            return decision.Allows(state) ? null : state switch
            {
                StepState.Dead or StepState.Failed =>
                    $"Step '{StepId}' is {state.Word()}: retry and reset are possible, {decision.Word} only once it is dead.",
                _ => $"Step '{StepId}' is {state.Word()}. A dead step can be retried, reset or resolved, a failed one retried or reset.",
            };
        }
    }

    public Decisions Plan()
    {
        if (decision is ResolveDecision resolve)
        {
            memory.Remember(step, new StepMemory(StepState.Success, 0, resolve.Output, Value.Undefined));
        }

        return _decisions = Reopening.Plan(
            workflow.Definition.Graph,
            new RunSnapshot { State = _state, OpenSteps = _openSteps, Steps = _steps },
            step,
            decision is ResolveDecision);
    }

    /// <summary>The parameters of <c>Reopen.sql</c>.</summary>
    public void AddTo(NpgsqlParameterCollection parameters, StepJobRows jobs)
    {
        var rows = _decisions.Ended.Select(end => (end.Step, end.State, end.Pending, end.Present))
            .Concat(_decisions.Ready.Select(count => (count.Step, State: StepState.Queued, count.Pending, count.Present)))
            .Concat(_decisions.Counted.Select(count => (count.Step, State: StepState.Waiting, count.Pending, count.Present)))
            .ToArray();
        var (end, output, error) = End();
        RunState = end ?? (_state == RunState.Failed ? RunState.Running : _state);
        parameters
            .One(Info.Tenant)
            .Uuids(Array.ConvertAll(rows, row => Info.Id.Job(row.Step).Value))
            .Texts(Array.ConvertAll(rows, row => row.State.Word()))
            .Ints(Array.ConvertAll(rows, row => row.Pending))
            .Ints(Array.ConvertAll(rows, row => row.Present))
            .One(Info.Id.Job(step).Value)
            .One(decision.Word)
            .One((short)(AttemptMaker.MaxLost - 1))
            .One(Info.Id.Value)
            .One(RunState.Word())
            .One(_decisions.OpenSteps);
        parameters.Add(new NpgsqlParameter { Value = (object?)_decisions.DeadStep ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        Add(parameters, Json(output));
        Add(parameters, Json(error));
        Add(parameters, (decision as ResolveDecision)?.Output.ToJson());
        parameters.One(StepId).One(StorableText.Of(decision.Message));
        Add(parameters, LogData());
        parameters.One(jobs.Invocation).One(jobs.Arguments);
    }

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

    private Value Error(string message, int? index) => Value.Object(
        ("message", message),
        ("step_id", index is { } dead ? workflow.Step(dead).Id : null),
        ("timestamp", StepJobRows.Time(now)),
        ("attempts", 0));

    private string LogData() => (decision is ResolveDecision resolve
        ? Value.Object(("action", decision.Word), ("by", decision.By), ("resolution", resolve.Resolution))
        : Value.Object(("action", decision.Word), ("by", decision.By))).ToJson();

    private static void Add(NpgsqlParameterCollection parameters, string? json) =>
        parameters.Add(new NpgsqlParameter { Value = (object?)json ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });

    private static string? Json(Value value) => value.IsNullish ? null : value.ToJson();
}
