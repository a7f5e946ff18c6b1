using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>
/// Lets the end of a job be recorded once. Accepted for the official supplier's sake: here an end is fenced by the
/// Processing state of its performance, and a job that has ended is not performed again, with or without it.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Method, AllowMultiple = false)]
public class IdempotentCompletionAttribute : JobFilterAttribute, IElectStateFilter
{
    public void OnStateElection(ElectStateContext context)
    {
        // The fence has done it.
    }
}
