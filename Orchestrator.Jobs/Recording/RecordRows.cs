using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Recording;

/// <summary>
/// The rows that a recording batch writes, column by column, as <c>Record.sql</c> takes them. What happens to a step's
/// Hangfire job is one of the words that the statement explains.
/// </summary>
internal sealed partial class RecordRows(StepJobRows jobs, TimeSpan lease, TimeProvider time)
{
    private readonly List<StepWrite> _steps = [];
    private readonly List<(RunInfo Run, RunState State, int OpenSteps, int? DeadStep, int? NextStep)> _runs = [];
    private readonly List<(RunInfo Run, Value Output, Value Error)> _runEnds = [];
    private readonly List<RunInfo> _cancelRest = [];
    private readonly List<RunInfo> _recovering = [];
    private readonly Escalated _escalated = new();
    private readonly List<(RunInfo Run, JobId Job, Value Output, Value Response)> _outputs = [];
    private readonly List<(RunInfo Run, StepRecord Record)> _attempts = [];
    private readonly BlockRows _blocks = new();
    private readonly List<(RunInfo Run, Value Set)> _assigned = [];
    private readonly List<StepLock> _released = [];
    private readonly HashSet<string> _queues = [];
    private readonly List<(string Tenant, JobId Job, TimeSpan Due)> _timers = [];

    /// <summary>Hangfire queues that get new deliveries.</summary>
    public IReadOnlyCollection<string> Queues => _queues;

    /// <summary>Steps whose next turn is after so long, and not before.</summary>
    public IReadOnlyCollection<(string Tenant, JobId Job, TimeSpan Due)> Timers => _timers;

    /// <summary>Whether somebody may have been told that a lock is free.</summary>
    public bool HasReleased => _released.Count > 0;

    /// <summary>An attempt, and where it leaves its step.</summary>
    public void AddAttempt(RunInfo run, string serverId, StepRecord record, StepEnd end)
    {
        // A turn after which others follow is no attempt: it gives its number back, under which nobody has written.
        var isTurn = record.Verdict is VerdictWait or VerdictOpen { Failure: null };
        if (!isTurn && !record.IsDecision)
        {
            _attempts.Add((run, record));
        }

        if (record.Lock is { } held)
        {
            _released.Add(held);
        }

        AddResult(run, record);
        if (record.Verdict is VerdictWait { IsTimer: true } timer && !end.State.IsTerminal())
        {
            _timers.Add((run.Tenant, record.Job, timer.Delay));
        }

        var (name, reason, data) = HangfireState(record, serverId);
        _steps.Add(new StepWrite(run.Tenant, record.Job, end.State, end.Pending, end.Present)
        {
            Attempts = isTurn ? record.Attempt - 1 : record.Attempt,
            StartedAt = record.IsClaimed ? null : record.StartedAt,
            RetryMs = end.State.IsTerminal() ? null : Next(record.Verdict)?.TotalMilliseconds,
            WaitingFor = end.State.IsTerminal() ? null : WaitsFor(record.Verdict),
            Phase = PhaseOf(record.Verdict),
            Hangfire = record.IsClaimed ? "settle" : "finished",
            StateName = name,
            Reason = reason,
            StateData = data,
            ProcessingData = record.IsClaimed ? null : Processing(serverId, record.StartedAt),
        });
    }

    /// <summary>A step whose Hangfire job was deleted: that stays as it is. The attempt under way ends here.</summary>
    public void AddDeleted(RunInfo run, StepEnd end, StepRecord record, bool isRunning)
    {
        if (isRunning)
        {
            _attempts.Add((run, record));
        }

        _steps.Add(new StepWrite(run.Tenant, record.Job, end.State, end.Pending, end.Present) { Attempts = record.Attempt });
    }

    /// <summary>A step that is skipped because nothing that it depends on took place; it never had a job.</summary>
    public void AddSkipped(RunInfo run, StepEnd end) =>
        _steps.Add(new StepWrite(run.Tenant, run.Id.Job(end.Step), end.State, end.Pending, end.Present));

    public void AddRun(RunInfo run, RunState state, int openSteps, int? deadStep, int? nextStep = null) =>
        _runs.Add((run, state, openSteps, deadStep, nextStep));

    /// <summary>What steps open, and what becomes of that.</summary>
    public BlockRows Blocks => _blocks;

    /// <param name="run">The run that ends.</param>
    /// <param name="output">What it gives back; null: nothing.</param>
    /// <param name="error">What went wrong; null: nothing.</param>
    /// <param name="leavesOpen">Whether steps may be open, which are cancelled then.</param>
    public void AddRunEnd(RunInfo run, Value output, Value error, bool leavesOpen)
    {
        _runEnds.Add((run, output, error));
        if (leavesOpen)
        {
            _cancelRest.Add(run);
        }
    }

    /// <summary>Steps that wait for a decision, each with an alert, and the pauses of their runs.</summary>
    public Escalated Escalated => _escalated;

    /// <summary>The run has failed, and goes on by itself after a while.</summary>
    public void AddRecovery(RunInfo run) => _recovering.Add(run);

    /// <summary>Writes everything; the answer holds the steps that their workers go straight on with.</summary>
    public async Task<IReadOnlyDictionary<(string Tenant, JobId Job), ClaimedStep>> WriteAsync(NpgsqlConnection connection)
    {
        var next = new Dictionary<(string, JobId), ClaimedStep>();
        if (_runs.Count == 0)
        {
            return next;
        }

        await using var batch = connection.CreateBatch();
        _blocks.AddOpenings(batch);
        batch.BatchCommands.Add(RecordCommand(batch));
        _blocks.AddChanges(batch);
        if (_assigned.Count > 0)
        {
            batch.BatchCommands.Add(AssignCommand(batch));
        }

        if (_cancelRest.Count > 0)
        {
            batch.BatchCommands.Add(CancelCommand(batch));
        }

        if (_recovering.Count > 0)
        {
            var expect = batch.CreateBatchCommand();
            expect.CommandText = SqlText.Load("ExpectRecovery");
            expect.Parameters.Texts(_recovering.ConvertAll(run => run.Tenant)).Uuids(_recovering.ConvertAll(run => run.Id.Value));
            batch.BatchCommands.Add(expect);
        }

        _escalated.AddTo(batch);
        AddAdmission(batch);
        await using var reader = await batch.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var job = new JobId(reader.GetGuid(1));
            next[(reader.GetString(0), job)] = new ClaimedStep
            {
                Run = null!,
                Worker = 0,
                Job = job,
                Attempt = reader.GetInt16(2),
                Lost = reader.GetInt16(3),
                MaxAttempts = reader.GetInt16(4),
                StartedAt = reader.IsDBNull(5) ? default : reader.GetDateTime(5),
                Queue = reader.GetString(6),
                Place = Places.Read(reader, 7, 8),
                Phase = reader.IsDBNull(9) ? null : reader.GetString(9),
            };
        }

        while (await reader.NextResultAsync())
        {
            // What the other statements have to say is whether they failed.
        }

        return next;
    }

    /// <summary>What a step leaves for those that come after it.</summary>
    private void AddResult(RunInfo run, StepRecord record)
    {
        var success = record.Verdict as VerdictSuccess;
        if (record.Verdict.Result is { IsUndefined: false } result)
        {
            _outputs.Add((run, record.Job, result, success?.Response ?? Value.Undefined));
        }

        if (success is { Set.IsUndefined: false })
        {
            _assigned.Add((run, success.Set));
        }
    }

    private NpgsqlBatchCommand AssignCommand(NpgsqlBatch batch)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load("SetVariables");
        command.Parameters
            .Texts(_assigned.ConvertAll(one => one.Run.Tenant))
            .Uuids(_assigned.ConvertAll(one => one.Run.Id.Value))
            .Jsons(_assigned.ConvertAll(one => one.Set.ToJson()));
        return command;
    }

    /// <summary>Locks that are free now: most batches have none.</summary>
    private void AddAdmission(NpgsqlBatch batch)
    {
        if (_released.Count > 0)
        {
            ExclusiveLocks.AddRelease(batch, _released);
        }
    }

    private NpgsqlBatchCommand CancelCommand(NpgsqlBatch batch)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = Statements.CancelRest;
        command.Parameters
            .Texts(_cancelRest.ConvertAll(run => run.Tenant))
            .Uuids(_cancelRest.ConvertAll(run => run.Id.Value))
            .Uuids(_cancelRest.ConvertAll(run => run.Id.LastJob.Value));
        return command;
    }

    private NpgsqlBatchCommand RecordCommand(NpgsqlBatch batch)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = Statements.Record;
        command.Parameters
            .Texts(_steps.ConvertAll(step => step.Tenant))
            .Uuids(_steps.ConvertAll(step => step.Job.Value))
            .Texts(_steps.ConvertAll(step => step.State.Word()))
            .Ints(_steps.ConvertAll(step => step.Pending))
            .Ints(_steps.ConvertAll(step => step.Present))
            .Shorts(_steps.ConvertAll(step => (short)step.Attempts))
            .Ints(_steps.ConvertAll(step => step.LeaseOwner))
            .Times(_steps.ConvertAll(step => step.StartedAt))
            .Doubles(_steps.ConvertAll(step => step.RetryMs))
            .Texts(_steps.ConvertAll(step => step.Hangfire))
            .Texts(_steps.ConvertAll(step => step.StateName))
            .Texts(_steps.ConvertAll(step => step.Reason))
            .Jsons(_steps.ConvertAll(step => step.StateData))
            .Jsons(_steps.ConvertAll(step => step.ProcessingData))
            .One(lease)
            .Texts(_runs.ConvertAll(run => run.Run.Tenant))
            .Uuids(_runs.ConvertAll(run => run.Run.Id.Value))
            .Texts(_runs.ConvertAll(run => run.State.Word()))
            .Ints(_runs.ConvertAll(run => run.OpenSteps))
            .Texts(_runEnds.ConvertAll(run => run.Run.Tenant))
            .Uuids(_runEnds.ConvertAll(run => run.Run.Id.Value))
            .Jsons(_runEnds.ConvertAll(run => Json(run.Output)))
            .Jsons(_runEnds.ConvertAll(run => Json(run.Error)))
            .Texts(_outputs.ConvertAll(output => output.Run.Tenant))
            .Uuids(_outputs.ConvertAll(output => output.Job.Value))
            .Jsons(_outputs.ConvertAll(output => output.Output.ToJson()))
            .Jsons(_outputs.ConvertAll(output => Json(output.Response)));
        AddAttempts(command.Parameters);
        command.Parameters
            .One(jobs.Invocation)
            .One(jobs.Arguments)
            .Ints(_runs.ConvertAll(run => run.NextStep))
            .Ints(_runs.ConvertAll(run => run.DeadStep))
            .Texts(_steps.ConvertAll(step => step.WaitingFor))
            .Texts(_steps.ConvertAll(step => step.Phase))
            .Many(_steps.ConvertAll(step => step.HasPlace), NpgsqlDbType.Boolean);
        return command;
    }

    private void AddAttempts(NpgsqlParameterCollection parameters) => parameters
        .Texts(_attempts.ConvertAll(attempt => attempt.Run.Tenant))
        .Uuids(_attempts.ConvertAll(attempt => attempt.Record.Job.Value))
        .Shorts(_attempts.ConvertAll(attempt => (short)attempt.Record.Attempt))
        .Times(_attempts.ConvertAll(attempt => (DateTime?)attempt.Record.StartedAt))
        .Times(_attempts.ConvertAll(attempt => (DateTime?)attempt.Record.FinishedAt))
        .Booleans(_attempts.ConvertAll(attempt => attempt.Record.Verdict is VerdictSuccess or VerdictSkip))
        .Ints(_attempts.ConvertAll(attempt => StatusCode(attempt.Record.Verdict)))
        .Texts(_attempts.ConvertAll(attempt => FailureOf(attempt.Record.Verdict)?.Message))
        .Jsons(_attempts.ConvertAll(attempt => attempt.Record.Logs));

    private sealed record StepWrite(string Tenant, JobId Job, StepState State, int Pending, int Present)
    {
        public int Attempts { get; init; }

        public int? LeaseOwner { get; init; }

        public DateTime? StartedAt { get; init; }

        public double? RetryMs { get; init; }

        public string? WaitingFor { get; init; }

        public string? Phase { get; init; }

        public bool? HasPlace { get; init; }

        public string Hangfire { get; init; } = "none";

        public string? StateName { get; init; }

        public string? Reason { get; init; }

        public string? StateData { get; init; }

        public string? ProcessingData { get; init; }
    }
}
