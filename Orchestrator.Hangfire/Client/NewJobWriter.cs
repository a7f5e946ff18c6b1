using System.Globalization;
using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;
using Hangfire.Storage;
using Npgsql;

namespace Hangfire.Client;

/// <summary>
/// Stores a new job with its parameters and its first state: all of it in one transaction, so that a crash leaves no
/// half of it behind. A job that only goes into a queue or the schedule shares a statement with others.
/// </summary>
internal static class NewJobWriter
{
    private static readonly TimeSpan ExpiryWithoutState = TimeSpan.FromDays(30);

    public static BackgroundJob Create(CreateContext context, IStateMachine stateMachine)
    {
        var createdAt = (context.Storage as PostgreSqlStorage)?.Clock.UtcNow ?? LocalClock.UtcNow;
        var parameters = context.Parameters.ToDictionary(
            static each => each.Key,
            static each => SerializationHelper.Serialize(each.Value, each.Value?.GetType(), SerializationOption.User));
        return context.Storage is PostgreSqlStorage storage
            ? CreateAtOnce(context, storage, stateMachine, parameters, createdAt)
            : CreateInTwoSteps(context, stateMachine, parameters, createdAt);
    }

    private static BackgroundJob CreateAtOnce(
        CreateContext context, PostgreSqlStorage storage, IStateMachine stateMachine, Dictionary<string, string?> parameters, DateTime createdAt)
    {
        var id = storage.JobIds.Next();
        var job = new BackgroundJob(id.ToString(CultureInfo.InvariantCulture), context.Job, createdAt, parameters);
        var retries = (context.Factory as BackgroundJobFactory)?.RetryAttempts ?? 0;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Write(context, storage, stateMachine, job, id);
                return job;
            }
            catch (PostgresException stored) when (attempt > 0 && stored.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                // An attempt whose answer was lost has gone through.
                return job;
            }
            catch (NpgsqlException failure) when (failure.IsTransient && attempt < retries && context.Joined is null)
            {
                Thread.Sleep(TimeSpan.FromMilliseconds(50 << Math.Min(attempt, 6)));
            }
            catch (JobMovedException) when (context.Joined is null)
            {
                // The job that was to be awaited has ended meanwhile: now this one starts at once.
            }
        }
    }

    private static void Write(CreateContext context, PostgreSqlStorage storage, IStateMachine stateMachine, BackgroundJob job, long id)
    {
        var invocation = InvocationData.SerializeJob(context.Job);
        using var transaction = new PostgreSqlWriteOnlyTransaction(storage);
        if (context.InitialState is not null)
        {
            stateMachine.ApplyState(new(storage, context.Connection, transaction, job, context.InitialState, oldStateName: null)
            {
                StateMachine = stateMachine,
            });
        }

        context.Joined?.AddTo(transaction, job.Id);
        if (Recognize(transaction.Operations) is var (state, queue, dueAt))
        {
            storage.Creator.Create(new()
            {
                Id = id,
                Invocation = invocation,
                Parameters = job.ParametersSnapshot,
                CreatedAt = job.CreatedAt,
                State = state,
                Queue = queue,
                DueAt = dueAt,
            });
            return;
        }

        transaction.InsertCreation(id, invocation, job.ParametersSnapshot, job.CreatedAt, ExpiryWithoutState);
        transaction.Commit();
        context.Joined?.Written();
    }

    /// <summary>The usual first steps of a job, and nothing else; null: there is something else.</summary>
    private static (IState State, string? Queue, double? DueAt)? Recognize(IReadOnlyList<Operation> operations)
    {
        IState? state = null;
        string? queue = null;
        double? dueAt = null;
        foreach (var operation in operations)
        {
            switch (operation)
            {
                case Operation.SetState entered when state is null:
                    state = entered.State;
                    break;
                case Operation.Queue queued when queue is null:
                    queue = queued.Name;
                    break;
                case Operation.AddToSet { Key: ScheduledHandler.SetKey } scheduled when dueAt is null:
                    dueAt = scheduled.Score;
                    break;
                case Operation.Persist:
                    break;
                default:
                    return null;
            }
        }

        return state is null ? null : (state, queue, dueAt);
    }

    /// <summary>A storage of another kind takes the job first, to expire soon, and its state second.</summary>
    private static BackgroundJob CreateInTwoSteps(
        CreateContext context, IStateMachine stateMachine, Dictionary<string, string?> parameters, DateTime createdAt)
    {
        var id = context.Connection.CreateExpiredJob(context.Job, parameters, createdAt, ExpiryWithoutState);
        var job = new BackgroundJob(id, context.Job, createdAt, parameters);
        if (context.InitialState is null) return job;
        using var transaction = context.Connection.CreateWriteTransaction();
        stateMachine.ApplyState(new(context.Storage, context.Connection, transaction, job, context.InitialState, oldStateName: null)
        {
            StateMachine = stateMachine,
        });
        transaction.Commit();
        return job;
    }
}
