using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.States;

namespace Orchestrator.Jobs.Waits;

/// <summary>
/// What people are asked, and what they answer. The question is a row of the attempt that asks; the first answer fills
/// it in and tells the step to look, in one statement.
/// </summary>
internal sealed class Approvals(Database database, NearTimers timers)
{
    public const int MaxComment = 2000;

    /// <summary>Asks, once for each attempt.</summary>
    public async Task AskAsync(StepAttempt attempt, string prompt, IReadOnlyList<string>? approvers, CancellationToken cancellationToken)
    {
        await using var command = Command("AskApproval", attempt);
        command.Parameters.One(prompt).Add(new NpgsqlParameter { Value = (object?)approvers?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The answer; null: there is none yet.</summary>
    public async Task<ApprovalAnswer?> ReadAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        await using var command = Command("ReadApproval", attempt);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Answer(row, 0) : null;
    }

    /// <summary>Nobody may answer any more.</summary>
    public async Task CloseAsync(StepAttempt attempt, CancellationToken cancellationToken)
    {
        await using var command = Command("CloseApproval", attempt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Answers a step's question, or says why not. The same answer again is the same answer.</summary>
    public async Task<ApprovalOutcome> AnswerAsync(ApprovalWish wish, CancellationToken cancellationToken)
    {
        if (await FindAsync(wish, cancellationToken) is not { } found)
        {
            return new ApprovalUnknown($"There is no run {wish.Run}.");
        }

        if (found.Job is null)
        {
            return new ApprovalUnknown($"Run {wish.Run} has no step '{wish.Step}' (yet): GET /api/runs/{wish.Run} shows those that it has.");
        }

        if (Refusal(wish, found) is { } refusal)
        {
            return refusal;
        }

        if (found.Answer is null)
        {
            await using var command = database.Source.CreateCommand(SqlText.Load("AnswerApproval"));
            command.Parameters.One(wish.Tenant).One(found.Job.Value).One(found.Attempt!).One(wish.Approved);
            command.Parameters.Add(new NpgsqlParameter { Value = (object?)wish.Comment ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.One(wish.By);
            if (await command.ExecuteScalarAsync(cancellationToken) is DateTime at)
            {
                timers.Expect(TimeSpan.Zero);
                return new ApprovalDone(new ApprovalAnswer(wish.Approved, wish.Comment, wish.By, at));
            }

            // Somebody was first, or the time was over, at this moment.
            return await AnswerAsync(wish, cancellationToken);
        }

        return found.Answer is var first && first.Approved == wish.Approved && first.Comment == wish.Comment && first.By == wish.By
            ? new ApprovalDone(first)
            : new ApprovalRefused($"{first.By} has {(first.Approved ? "approved" : "rejected")} step '{wish.Step}' before.");
    }

    private static ApprovalOutcome? Refusal(ApprovalWish wish, FoundApproval found)
    {
        if (found.Attempt is null || (found.Answer is null && (found.IsClosed || found.Step.IsTerminal() || found.Run.IsTerminal())))
        {
            return new ApprovalRefused(found.IsClosed ? $"The time to answer step '{wish.Step}' is over."
                : $"Step '{wish.Step}' is {found.Step.Word()}{(found.Run.IsTerminal() ? $", and its run {found.Run.Word()}" : "")}: it does not wait for an approval.");
        }

        return found.Approvers is { } approvers && !approvers.Any(one => one == wish.By || (RoleWords.Of(one) is { } role && wish.Role >= role))
            ? new ApprovalForbidden($"Step '{wish.Step}' may be answered by {string.Join(", ", approvers)}; this token is '{wish.By}'.")
            : null;
    }

    private async Task<FoundApproval?> FindAsync(ApprovalWish wish, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(SqlText.Load("FindApproval"));
        command.Parameters.One(wish.Tenant).One(wish.Run.Value).One(wish.Run.LastJob.Value).One(wish.Step);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? null
            : row.IsDBNull(0) ? new FoundApproval(null, default, default, null, null, null, false)
            : new FoundApproval(
                row.GetGuid(0), StateWords.StepStateOf(row.GetString(1)), StateWords.RunStateOf(row.GetString(2)), row.IsDBNull(3) ? null : row.GetString(3),
                row.IsDBNull(4) ? null : row.GetFieldValue<string[]>(4), Answer(row, 5), !row.IsDBNull(3) && row.GetBoolean(9));
    }

    private static ApprovalAnswer? Answer(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : new ApprovalAnswer(
        row.GetBoolean(column), row.IsDBNull(column + 1) ? null : row.GetString(column + 1), row.GetString(column + 2), row.GetDateTime(column + 3));

    private NpgsqlCommand Command(string statement, StepAttempt attempt)
    {
        var command = database.Source.CreateCommand(SqlText.Load(statement));
        command.Parameters.One(attempt.Run.Tenant).One(attempt.Run.Id.Job(attempt.StepNumber).Value).One(attempt.Mark);
        return command;
    }

    private sealed record FoundApproval(
        Guid? Job, StepState Step, RunState Run, string? Attempt, string[]? Approvers, ApprovalAnswer? Answer, bool IsClosed);
}

/// <summary>What somebody has said.</summary>
internal sealed record ApprovalAnswer(bool Approved, string? Comment, string By, DateTime At);

/// <summary>What somebody wants to say to a step's question.</summary>
/// <param name="Tenant">Whose run it is.</param>
/// <param name="Run">The run.</param>
/// <param name="Step">The step's address.</param>
/// <param name="Approved">Yes or no.</param>
/// <param name="Comment">Why; null: not said.</param>
/// <param name="By">Name of the token.</param>
/// <param name="Role">Of the token.</param>
internal sealed record ApprovalWish(string Tenant, RunId Run, string Step, bool Approved, string? Comment, string By, Role Role);

/// <summary>What became of an answer. A closed set.</summary>
internal abstract record ApprovalOutcome;

/// <summary>It is the step's.</summary>
internal sealed record ApprovalDone(ApprovalAnswer Answer) : ApprovalOutcome;

internal sealed record ApprovalUnknown(string Message) : ApprovalOutcome;

internal sealed record ApprovalForbidden(string Message) : ApprovalOutcome;

internal sealed record ApprovalRefused(string Message) : ApprovalOutcome;
