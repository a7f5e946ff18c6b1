using Hangfire;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>Hangfire's recurring jobs by their ids.</summary>
internal sealed class RecurringJobs(JobStorage storage)
{
    private const string Set = "recurring-jobs";

    public IReadOnlyList<string> Ids(string prefix)
    {
        using var connection = storage.GetConnection();
        return [.. connection.GetAllItemsFromSet(Set).Where(id => id.StartsWith(prefix, StringComparison.Ordinal))];
    }
}
