using Hangfire.Common;
using Hangfire.Continuations;
using Hangfire.PostgreSql;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire;

/// <summary>
/// Starts jobs when the job that they wait for has ended. Child and parent are written so that neither can miss the other:
/// a child is stored only while its parent has not ended (otherwise it starts at once), and a parent's end moves exactly
/// the children that it has, in its own transaction. Whichever was too late is decided again.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = false)]
public class ContinuationsSupportAttribute : JobFilterAttribute, IElectStateFilter, IApplyStateFilter
{
    private readonly HashSet<string> knownFinalStates;
    private readonly bool pushResults;

    /// <summary>A parent ends by succeeding or by being deleted.</summary>
    public ContinuationsSupportAttribute()
        : this([SucceededState.StateName, DeletedState.StateName])
    {
    }

    /// <summary>As without arguments; <paramref name="pushResults"/>: a child is given the result or the exception of its parent as a parameter.</summary>
    public ContinuationsSupportAttribute(bool pushResults)
        : this(pushResults, [SucceededState.StateName, DeletedState.StateName])
    {
    }

    /// <summary>A parent ends with one of <paramref name="knownFinalStates"/>.</summary>
    public ContinuationsSupportAttribute(HashSet<string> knownFinalStates)
        : this(pushResults: false, knownFinalStates)
    {
    }

    /// <summary>A parent ends with one of <paramref name="knownFinalStates"/>, and leaves its child what it had, if that is wanted.</summary>
    public ContinuationsSupportAttribute(bool pushResults, HashSet<string> knownFinalStates)
    {
        ArgumentNullException.ThrowIfNull(knownFinalStates);
        this.knownFinalStates = knownFinalStates;
        this.pushResults = pushResults;

        // Before retries and statistics, which are about the state that it elects.
        Order = 10;
    }

    /// <summary>Lets a job that is to await its parent do so, or enter its next state if the parent has ended.</summary>
    /// <exception cref="InvalidOperationException">There is no such parent.</exception>
    /// <exception cref="NotSupportedException">The storage is not <see cref="PostgreSqlStorage"/>.</exception>
    public void OnStateElection(ElectStateContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        while (context.CandidateState is AwaitingState awaiting)
        {
            if (context.Storage is not PostgreSqlStorage storage || context.Transaction is not PostgreSqlWriteOnlyTransaction transaction)
                throw new NotSupportedException($"Jobs can await others in {nameof(PostgreSqlStorage)} only.");
            var parent = Antecedent.Find(storage, awaiting.ParentId)
                ?? throw new InvalidOperationException($"The job '{awaiting.ParentId}' that is to be awaited does not exist.");
            if (parent.State is null || !knownFinalStates.Contains(parent.State))
            {
                parent.Add(transaction, new Continuation(context.BackgroundJob.Id, awaiting.Options), knownFinalStates);
                return;
            }

            if (pushResults) Legacy.OfEnded(storage, awaiting.ParentId).Leave(transaction, context.BackgroundJob.Id);
            context.CandidateState = Continuation.StateAfter(parent.State, awaiting.Options, awaiting.NextState);
        }
    }

    /// <summary>Starts the children of a job that has ended.</summary>
    public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Storage is PostgreSqlStorage storage && transaction is PostgreSqlWriteOnlyTransaction own && knownFinalStates.Contains(context.NewState.Name))
            own.Continuations.Start(storage, context, pushResults);
    }

    void IApplyStateFilter.OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
    {
        // What has started stays so when its parent is requeued.
    }
}
