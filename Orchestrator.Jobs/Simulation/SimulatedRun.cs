using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Recording;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Simulation;

/// <summary>
/// A run in memory: the same planner and executors as in a service, without database, network or waiting. Whatever reaches
/// outside is answered by mocks, and time passes at once. Workers are always free.
/// </summary>
internal sealed class SimulatedRun
{
    /// <summary>Attempts and turns of a run: one that takes more does not end.</summary>
    private const int MaxTurns = 200_000;

    private readonly LoadedWorkflow _workflow;
    private readonly RunMemory _memory;
    private readonly VirtualTime _time;
    private readonly Mocks _mocks;
    private readonly AttemptMaker _attempts;
    private readonly SimulatedSteps _steps;
    private readonly PriorityQueue<Action, (DateTime At, int Order)> _due = new();
    private readonly HashSet<string> _begun = [];
    private int _order;
    private int _turns;

    private SimulatedRun(LoadedWorkflow workflow, RunMemory memory, VirtualTime time, Mocks mocks)
    {
        (_workflow, _memory, _time, _mocks, StartedAt) = (workflow, memory, time, mocks, time.Now);
        _steps = new SimulatedSteps(workflow, memory);
        var random = new Random(1);
        var blocks = new BlockResults(_steps);
        IStepExecutor[] own =
        [
            new TransformExecutor(), new BranchExecutor(), new ParallelExecutor(blocks), new RaceExecutor(blocks), new LoopExecutor(blocks),
            new ForEachExecutor(blocks), new DelayExecutor(random), new CancelExecutor(_steps), new EndExecutor(),
        ];
        var mocked = Mocks.Types.Except(own.Select(executor => executor.Action)).Select(action => new MockExecutor(action, mocks));
        _attempts = new AttemptMaker([.. own, .. mocked], new Alternatives(blocks), new Rollbacks(_steps, blocks), new OrchestratorOptions(), time, random, NullLogger<AttemptMaker>.Instance);
    }

    public RunState State { get; private set; } = RunState.Running;

    public Value Output { get; private set; } = Value.Null;

    /// <summary>Null: none.</summary>
    public string? Error { get; private set; }

    public Value Variables => _memory.Variables;

    public DateTime StartedAt { get; }

    /// <summary>In the time of the run.</summary>
    public TimeSpan Duration => _time.Now - StartedAt;

    public IReadOnlyList<SimulatedStep> Steps => _steps.All;

    /// <summary>Addresses of steps, in the order in which their first attempts began.</summary>
    public List<string> Order { get; } = [];

    public IReadOnlyList<MockCall> Calls => _mocks.Calls;

    /// <summary>The first call of the step with this address; null: none.</summary>
    public MockCall? FirstCallOf(string address) => _mocks.FirstOf(address);

    /// <summary>The result of the step with this address; undefined: it has none.</summary>
    public Value ResultOf(string address) =>
        _steps.All.FirstOrDefault(step => step.Address == address) is { } step && _memory.Step(step.Number) is { } known ? known.Output : Value.Undefined;

    /// <summary>Runs a workflow from its start to its end.</summary>
    /// <param name="workflow">Which.</param>
    /// <param name="info">What its steps are told of the run.</param>
    /// <param name="inputs">Checked.</param>
    /// <param name="variables">The initial ones.</param>
    /// <param name="mocks">Answer in place of the outside.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<SimulatedRun> RunAsync(
        LoadedWorkflow workflow, RunInfo info, Value inputs, Value variables, Mocks mocks, CancellationToken cancellationToken)
    {
        var memory = new RunMemory(info) { Payload = inputs, Variables = variables };
        var run = new SimulatedRun(workflow, memory, new VirtualTime(info.CreatedAt), mocks);
        await run.DriveAsync(cancellationToken);
        return run;
    }

    private async Task DriveAsync(CancellationToken cancellationToken)
    {
        var ready = new Queue<int>(_steps.Begin());
        while (State == RunState.Running)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (ready.TryDequeue(out var number))
            {
                await StartAsync(number, ready, cancellationToken);
            }
            else if (_due.TryDequeue(out var next, out var when))
            {
                _time.PassUntil(when.At);
                next();
            }
            else
            {
                Fail("Nothing is left that could happen, and the run has not ended. It waits for: "
                    + string.Join(", ", _steps.All.Where(step => !step.State.IsTerminal()).Take(10).Select(step => $"{step.Address} ({step.WaitingFor ?? step.State.Word()})")) + ".");
            }
        }
    }

    private async Task StartAsync(int number, Queue<int> ready, CancellationToken cancellationToken)
    {
        var step = _steps[number];
        if (step.State.IsTerminal())
        {
            return;
        }

        if (++_turns > MaxTurns)
        {
            Fail($"The run has not ended after {MaxTurns} attempts.");
            return;
        }

        step.State = StepState.Running;
        step.Attempts++;
        if (step.Phase is null && step.Attempts == 1 && _begun.Add(step.Address))
        {
            Order.Add(step.Address);
        }

        var calls = _mocks.Calls.Count;
        var record = await _attempts.MakeAsync(_workflow, _memory, Claim(step), held: null, cancellationToken);
        var took = _mocks.Calls.Count > calls ? _mocks.Calls[^1].Took : TimeSpan.Zero;
        if (took == TimeSpan.Zero)
        {
            Record(step, record, ready);
        }
        else
        {
            After(took, () => Record(step, record, ready));
        }
    }

    private ClaimedStep Claim(SimulatedStep step) => new()
    {
        Run = _memory.Run,
        Job = _memory.Run.Id.Job(step.Number),
        Place = step.Place,
        Phase = step.Phase,
        Attempt = step.Attempts,
        Lost = 0,
        MaxAttempts = _workflow.Step(step.Definition).Retry.MaxAttempts,
        StartedAt = _time.Now,
        Worker = 1,
        Queue = StepJobRows.DefaultQueue,
    };

    private void After(TimeSpan wait, Action then) => _due.Enqueue(then, (_time.Now + wait, _order++));

    /// <summary>What the recorder does, without rows.</summary>
    private void Record(SimulatedStep step, StepRecord record, Queue<int> ready)
    {
        if (step.State != StepState.Running || State != RunState.Running)
        {
            return;
        }

        _steps.Note(step, record);
        step.State = record.Verdict switch
        {
            VerdictRetry => StepState.Failed,
            VerdictWait or VerdictOpen or VerdictHeld => StepState.Waiting,
            _ => step.State,
        };
        if (WaitOf(record.Verdict) is { } wait)
        {
            var turn = ++step.Turn;
            After(wait, () =>
            {
                if (step.Turn == turn && !step.State.IsTerminal() && step.State != StepState.Running)
                {
                    ready.Enqueue(step.Number);
                }
            });
        }

        if (record.Verdict.News(step.Number) is { } news)
        {
            Apply(Planner.Plan(_workflow.Definition.Blueprint, _steps.Snapshot(), [news]), record, ready);
        }

        if (record.Verdict is VerdictHeld held)
        {
            // Nobody is there to decide.
            (State, Error) = (RunState.Paused, $"Step '{step.Address}' waits for a decision: {held.Failure.Message}");
        }
    }

    private static TimeSpan? WaitOf(StepVerdict verdict) => verdict switch
    {
        VerdictRetry retry => retry.Delay,
        VerdictWait wait => wait.Delay,
        VerdictOpen open => open.LookAgain,
        _ => null,
    };

    private void Apply(Decisions decisions, StepRecord record, Queue<int> ready)
    {
        foreach (var number in _steps.Apply(decisions, record))
        {
            ready.Enqueue(number);
        }

        if (decisions.End is { } end)
        {
            End(end, record);
        }
    }

    private void End(RunEnd end, StepRecord record)
    {
        _steps.CancelRest();
        (State, Error) = (end.State, end.Step is { } step ? _steps[step].Error ?? end.Error : end.Error);
        if (end.State != RunState.Success)
        {
            return;
        }

        try
        {
            Output = record.Verdict is VerdictSuccess { EndsRun: true, Output: { IsNullish: false } output } ? output : RunOutput.Of(_workflow, _memory);
        }
        catch (EvaluationException e)
        {
            (State, Error) = (RunState.Failed, $"output: {e.Message}");
        }
    }

    private void Fail(string error)
    {
        _steps.CancelRest();
        (State, Error) = (RunState.Failed, error);
    }
}
