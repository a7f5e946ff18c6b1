using System.Globalization;
using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Control;

/// <summary>One thing that keeps a step from running, or the news that nothing does.</summary>
/// <param name="Kind">
/// <c>run</c>, <c>pause</c>, <c>step</c>, <c>steps</c>, <c>token</c>, <c>lock</c>, <c>timer</c>, <c>schedule</c>, <c>retry</c>,
/// <c>slot</c>, <c>max_parallel</c>, <c>queue</c>, <c>worker</c>, <c>running</c>, <c>ended</c>; or the word for what its type waits for, such as <c>event</c>.
/// </param>
/// <param name="Message">For people.</param>
internal sealed record WhyReason(string Kind, string Message)
{
    /// <summary>The step that is waited for, or its own address.</summary>
    public string? StepId { get; init; }

    /// <summary>That step's state, or the run's.</summary>
    public string? Status { get; init; }

    /// <summary>Of a bucket, a lock, an event, a queue or a run.</summary>
    public string? Key { get; init; }

    /// <summary>When it may be over.</summary>
    public DateTime? Until { get; init; }

    /// <summary>Who holds the lock: run, step and attempt.</summary>
    public string? Holder { get; init; }

    /// <summary>Those before it in the line, or in the queue.</summary>
    public int? Before { get; init; }

    /// <summary>What went wrong in the newest attempt.</summary>
    public string? Error { get; init; }
}

/// <summary>Why a step is not running.</summary>
/// <param name="StepId">Its address.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Reasons">All of them; never empty.</param>
internal sealed record WhyAnswer(string StepId, string Status, IReadOnlyList<WhyReason> Reasons)
{
    /// <summary>The same as a sentence.</summary>
    public string Sentence => $"Step '{StepId}' is {Status}: {string.Join("; ", Reasons.Select(reason => reason.Message))}.";
}

/// <summary>Answers why a step is not running, from what is written: two or three statements, when somebody asks.</summary>
internal sealed class StepInquiry(Database database, WorkflowCatalog workflows)
{
    /// <summary>More of those that hold something are only counted.</summary>
    private const int MaxNames = 10;

    /// <summary>Null: there is no such run or step.</summary>
    /// <param name="tenant">Whose run.</param>
    /// <param name="run">The run.</param>
    /// <param name="step">The step's address, such as <c>process[3].fetch</c>; of several with the same the newest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<WhyAnswer?> AskAsync(string tenant, RunId run, string step, CancellationToken cancellationToken)
    {
        if (await ReadAsync(tenant, run, step, cancellationToken) is not { } row)
        {
            return null;
        }

        var reasons = OfRun(row).Concat(await OfStepAsync(tenant, row, cancellationToken)).ToArray();
        return new WhyAnswer(step, row.Step.Word(), reasons);
    }

    private static IEnumerable<WhyReason> OfRun(Row row)
    {
        if (row.Run == RunState.Paused)
        {
            yield return new WhyReason("pause", "its run is paused") { Status = row.Run.Word() };
        }
        else if (row.Run.IsTerminal() && !row.Step.IsTerminal())
        {
            yield return new WhyReason("run", $"its run has ended ({row.Run.Word()})") { Status = row.Run.Word(), Error = row.RunError };
        }
    }

    private async Task<IReadOnlyList<WhyReason>> OfStepAsync(string tenant, Row row, CancellationToken cancellationToken) => row.Step switch
    {
        StepState.Running => [new WhyReason("running", "an attempt is under way")],
        StepState.Leased => [new WhyReason("running", "a worker has taken it and is about to start it")],
        StepState.Queued => [OfQueue(row)],
        StepState.Failed => [new WhyReason("retry", $"attempt {row.Attempts} failed ({row.Error}) and the next one is due {At(row.NextRunAt)}") { Until = row.NextRunAt, Error = row.Error }],
        StepState.Waiting => await OfWaitAsync(tenant, row, cancellationToken),
        StepState.Cancelled => [new WhyReason("ended", row.Run == RunState.Cancelled ? $"its run was cancelled ({row.RunError})" : "it was cancelled") { Error = row.RunError }],
        StepState.Dead => [new WhyReason("ended", $"it failed for good: {row.Error}") { Error = row.Error }],
        StepState.Skipped => [new WhyReason("ended", "it was skipped: its condition was false, or nothing that it depends on took place")],
        _ => [new WhyReason("ended", "it has ended well")],
    };

    private static WhyReason OfQueue(Row row) =>
        !row.IsServed ? new WhyReason("worker", $"it is in queue '{row.Queue}', which no worker serves") { Key = row.Queue, Before = row.QueuedBefore }
        : row.IsInQueue ? new WhyReason("queue", $"it waits for a worker in queue '{row.Queue}', {Line(row.QueuedBefore, "step")}") { Key = row.Queue, Before = row.QueuedBefore }
        : new WhyReason("queue", $"a worker of queue '{row.Queue}' has its delivery, or it is delivered again within a minute") { Key = row.Queue };

    private async Task<IReadOnlyList<WhyReason>> OfWaitAsync(string tenant, Row row, CancellationToken cancellationToken)
    {
        var (word, key) = row.WaitingFor?.Split(':', 2) is { } parts ? (parts[0], parts.ElementAtOrDefault(1)) : ("", null);
        switch (word)
        {
            case "dependencies":
                return await OfParentsAsync(tenant, row, cancellationToken);
            case "steps" or "alternative":
                return await OfStepsAsync("OpenUnder", tenant, [row.Job.Value], "it waits for", cancellationToken);
            case "decision":
                return [new WhyReason("decision", $"it failed ({row.Error}) and waits until somebody decides: retry, skip or abort") { Error = row.Error }];
            case "rate_limit":
                return [new WhyReason("token", $"it waits for a token of '{key}', which is its own {At(row.DueAt ?? row.NextRunAt)}, {Line(row.LineBefore, "step")}") { Key = key, Until = row.DueAt ?? row.NextRunAt, Before = row.LineBefore }];
            case "exclusive":
                return [new WhyReason("lock", $"it waits for the lock '{key}', held by {Who(row.Holder)}, {Line(row.LineBefore, "step")}") { Key = key, Holder = row.Holder, Until = row.HeldUntil, Before = row.LineBefore }];
            case "slot":
                return [await OfSlotAsync(tenant, row.Job.Run, cancellationToken)];
            case "max_parallel":
                return [await OfPlacesAsync(tenant, row.Job, cancellationToken)];
            case "schedule":
                return [new WhyReason("schedule", $"its run is to start {At(row.NextRunAt)}") { Until = row.NextRunAt }];
            case "timer":
                return [new WhyReason("timer", $"it waits until {Moment(row.NextRunAt)}") { Until = row.NextRunAt }];
            case "event":
                return [new WhyReason(word, $"it waits for an event or a signal '{row.Event}'{AtMost(row)}") { Key = row.Event, Until = row.Deadline }];
            case "approval":
                return [new WhyReason(word, $"it waits for the answer of {(row.Approvers is { } names ? Words(names) : "an operator")} to '{row.Prompt}'{AtMost(row)}") { Until = row.Deadline }];
            case "workflow" when row.Child is { } child:
                return [new WhyReason(word, $"it waits for run {child}{AtMost(row)}") { Key = child.ToString(), Until = row.Deadline }];
            default:
                return [new WhyReason(word.Length > 0 ? word : "step", $"it waits for {(key is null ? word : $"{word} '{key}'")}") { Key = key, Until = row.NextRunAt }];
        }
    }

    /// <summary>Its run waits for others of its key (<c>config.concurrency</c>).</summary>
    private async Task<WhyReason> OfSlotAsync(string tenant, RunId run, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("WhySlot"));
        command.Parameters.One(tenant).One(run.Value);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return new WhyReason("slot", "its run waits for a slot of its workflow");
        }

        var (key, before, holders) = (row.GetString(0), row.GetInt32(4), row.IsDBNull(3) ? [] : row.GetFieldValue<Guid[]>(3));
        return Time(row, 1) is { } due && holders.Length < row.GetInt32(2)
            ? new WhyReason("schedule", $"its run is to start {At(due)}, with a slot of '{key}'") { Key = key, Until = due }
            : new WhyReason("slot", $"its run waits for a slot of '{key}', held by {(holders.Length == 0 ? "nobody at this moment" : Words([.. holders.Select(holder => $"run {holder}")]))}, {Line(before, "run")}")
            {
                Key = key,
                Holder = holders.Length == 0 ? null : holders[0].ToString(),
                Before = before,
            };
    }

    /// <summary>As many steps of its run are under way as may be (<c>config.max_parallel</c>).</summary>
    private async Task<WhyReason> OfPlacesAsync(string tenant, JobId job, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("StepsUnderWay"));
        command.Parameters.One(tenant).One(job.Run.Value).One(job.Value);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        var (before, steps) = (row.GetInt32(0), row.IsDBNull(1) ? [] : row.GetFieldValue<string[]>(1));
        return steps.Length == 0
            ? new WhyReason("max_parallel", "a place among the steps of its run that may be under way (config.max_parallel) is free, and it is given one at this moment")
            : new WhyReason("max_parallel", $"as many steps of its run are under way as config.max_parallel allows, {Words([.. steps.Select(step => $"'{step}'")])}, {Line(before, "step")}")
            {
                StepId = steps[0],
                Before = before,
            };
    }

    private async Task<IReadOnlyList<WhyReason>> OfParentsAsync(string tenant, Row row, CancellationToken cancellationToken)
    {
        var blueprint = (await workflows.GetAsync(tenant, row.WorkflowKey, row.WorkflowVersion, cancellationToken)).Definition.Blueprint;
        var (number, place) = (row.Job.StepIndex, row.Place);
        var parents = blueprint.Graph.Parents(place?.Step ?? number).Select(parent => row.Job.Run.Job(blueprint.Sibling(number, place, parent)).Value).ToArray();
        return await OfStepsAsync("StatesOf", tenant, parents, "it depends on", cancellationToken);
    }

    private async Task<IReadOnlyList<WhyReason>> OfStepsAsync(
        string statement, string tenant, Guid[] jobs, string how, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load(statement));
        command.Parameters.One(tenant).Uuids(jobs);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var reasons = new List<WhyReason>();
        while (await row.ReadAsync(cancellationToken))
        {
            var (id, state) = (row.GetString(0), StateWords.StepStateOf(row.GetString(1)));
            if (!state.IsTerminal())
            {
                reasons.Add(new WhyReason("steps", $"{how} '{id}', which is {state.Word()}") { StepId = id, Status = state.Word() });
            }
        }

        return reasons.Count > 0 ? reasons : [new WhyReason("steps", "what it waits for has ended, and its next turn comes")];
    }

    /// <summary>A lock's holder; an attempt is named as such.</summary>
    private static string Who(string? holder) => holder?.Split(':') switch
    {
        null => "nobody at this moment",
        [var run, var step, var attempt] when Guid.TryParse(run, out _) => $"attempt {attempt} of step '{step}' of run {run}",
        _ => holder,
    };

    /// <summary>Its place in a line.</summary>
    private static string Line(int before, string what) => before switch
    {
        0 => "and it is next",
        1 => $"and 1 {what} is before it",
        _ => $"and {before} {what}s are before it",
    };

    /// <summary>The first few of them.</summary>
    private static string Words(string[] names) => names.Length switch
    {
        1 => names[0],
        <= MaxNames => $"{string.Join(", ", names[..^1])} and {names[^1]}",
        _ => $"{string.Join(", ", names[..MaxNames])} and {names.Length - MaxNames} more",
    };

    private static string At(DateTime? time) => $"at {Moment(time)}";

    private static string Moment(DateTime? time) => time?.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) ?? "a time that is not known";

    /// <summary>Its own <c>timeout_ms</c>.</summary>
    private static string AtMost(Row row) => row.Deadline is null ? "" : $", until {Moment(row.Deadline)} at most";

    private async Task<Row?> ReadAsync(string tenant, RunId run, string step, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("WhyStep"));
        command.Parameters.One(tenant).One(run.Value).One(run.LastJob.Value).One(step);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null : new Row
        {
            Run = StateWords.RunStateOf(row.GetString(0)),
            RunError = Text(row, 1),
            WorkflowKey = row.GetString(2),
            WorkflowVersion = row.GetInt32(3),
            Job = new JobId(row.GetGuid(4)),
            Step = StateWords.StepStateOf(row.GetString(5)),
            WaitingFor = Text(row, 6),
            NextRunAt = Time(row, 7),
            Attempts = row.GetInt16(8),
            Place = Places.Read(row, 9, 10),
            DueAt = Time(row, 13),
            LineBefore = row.GetInt32(14),
            Holder = Text(row, 15),
            HeldUntil = Time(row, 16),
            Error = Text(row, 17),
            Queue = row.GetString(18),
            IsInQueue = row.GetBoolean(19),
            QueuedBefore = row.GetInt32(20),
            IsServed = row.GetBoolean(21),
            Deadline = Time(row, 22),
            Event = Text(row, 23),
            Child = row.IsDBNull(24) ? null : row.GetGuid(24),
            Prompt = Text(row, 25),
            Approvers = row.IsDBNull(26) ? null : row.GetFieldValue<string[]>(26),
        };
    }

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTime? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetDateTime(column);

    private sealed record Row
    {
        public required RunState Run { get; init; }

        public required string? RunError { get; init; }

        public required string WorkflowKey { get; init; }

        public required int WorkflowVersion { get; init; }

        public required JobId Job { get; init; }

        public required StepState Step { get; init; }

        public required string? WaitingFor { get; init; }

        public required DateTime? NextRunAt { get; init; }

        public required int Attempts { get; init; }

        public required Orchestrator.Workflows.Planning.StepPlace? Place { get; init; }

        public required DateTime? DueAt { get; init; }

        public required int LineBefore { get; init; }

        public required string? Holder { get; init; }

        public required DateTime? HeldUntil { get; init; }

        public required string? Error { get; init; }

        public required string Queue { get; init; }

        public required bool IsInQueue { get; init; }

        public required int QueuedBefore { get; init; }

        public required bool IsServed { get; init; }

        /// <summary>When the step's own time is over; null: it has none.</summary>
        public required DateTime? Deadline { get; init; }

        public required string? Event { get; init; }

        public required Guid? Child { get; init; }

        public required string? Prompt { get; init; }

        public required string[]? Approvers { get; init; }
    }
}
