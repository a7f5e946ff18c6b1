using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Execution;

/// <summary>What is known of a step that has ended, or that an expression asks about.</summary>
internal sealed record StepMemory(StepState State, int Attempts, Value Output, Value Response);

/// <summary>
/// What a worker has in memory of a run while the run stays with it: inputs, variables and the results that were read
/// or made here. Results never change once they are there. Variables do, and so does which block of a step is its newest:
/// both are forgotten where something may have changed them.
/// </summary>
internal sealed class RunMemory(RunInfo run)
{
    private readonly Dictionary<int, StepMemory> _steps = [];
    private readonly Dictionary<(int Owner, int Body), int?> _newest = [];
    private readonly Dictionary<BlockKey, Value> _items = [];
    private readonly Dictionary<int, StepProgress> _progress = [];
    private (DateTime Time, long Timestamp)? _claim;

    public RunInfo Run { get; } = run;

    /// <summary>The run's inputs; undefined until loaded.</summary>
    public Value Payload { get; set; }

    /// <summary>The run's variables; undefined until loaded.</summary>
    public Value Variables { get; set; }

    /// <summary>When the newest attempt here started, by the database's clock; before the first: when the run was made.</summary>
    public DateTime AttemptStartedAt { get; private set; } = run.CreatedAt;

    public bool HasRunData => !Payload.IsUndefined && !Variables.IsUndefined;

    /// <summary>
    /// An attempt starts: at the time of its claim, or, for one that was not claimed, as long after the last claim as this
    /// machine counts.
    /// </summary>
    public void BeginAttempt(DateTime? claimedAt, TimeProvider time)
    {
        if (claimedAt is { } at)
        {
            (_claim, AttemptStartedAt) = ((at, time.GetTimestamp()), at);
        }
        else if (Now(time) is { } now)
        {
            AttemptStartedAt = now;
        }
    }

    /// <summary>The database's time, as this machine counts on from the last claim; null: there was none here.</summary>
    public DateTime? Now(TimeProvider time) => _claim is { } claim ? claim.Time + time.GetElapsedTime(claim.Timestamp) : null;

    /// <summary>Whether the step has ended and is here; the state of one that has not is read anew each time.</summary>
    public bool Knows(int number) => _steps.TryGetValue(number, out var memory) && memory.State.IsTerminal();

    public StepMemory? Step(int number) => _steps.GetValueOrDefault(number);

    public void Remember(int number, StepMemory memory) => _steps[number] = memory;

    /// <summary>Variables that a step has assigned, over those that are here.</summary>
    public void Assign(Value set)
    {
        if (!Variables.IsUndefined)
        {
            Variables = set.AsObject().Aggregate(Variables, (all, one) => all.With(one.Key, one.Value));
        }
    }

    /// <summary>The number of the first step of the newest block of a body; null: there is none, or it is not known yet.</summary>
    public int? NewestBlock(int owner, int body) => _newest.GetValueOrDefault((owner, body));

    public bool KnowsBlock(int owner, int body) => _newest.ContainsKey((owner, body));

    public void RememberBlock(int owner, int body, int? first) => _newest[(owner, body)] = first;

    public Value? Item(BlockKey key) => _items.TryGetValue(key, out var item) ? item : default(Value?);

    public void RememberItem(BlockKey key, Value item) => _items[key] = item;

    public StepProgress? Progress(int number) => _progress.GetValueOrDefault(number);

    public void RememberProgress(int number, StepProgress progress) => _progress[number] = progress;

    /// <summary>Something was recorded: what others may have changed since is read anew.</summary>
    public void ForgetWhatChanges(bool variables)
    {
        _newest.Clear();
        _progress.Clear();
        if (variables)
        {
            Variables = Value.Undefined;
        }
    }
}
