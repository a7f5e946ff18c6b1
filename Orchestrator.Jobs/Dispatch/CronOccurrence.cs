using System.Globalization;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>
/// One time at which a workflow's cron trigger is due. Whoever dispatches it, Hangfire's job or a call of
/// <c>cron-orchestrator</c>, does so under the same idempotency key: the first starts the run.
/// </summary>
internal static class CronOccurrence
{
    public static DispatchRequest Request(string tenant, string workflowKey, int trigger, DateTime occurrence) =>
        Request(tenant, workflowKey, string.Create(CultureInfo.InvariantCulture, $"{workflowKey}:{trigger}:{occurrence:yyyy-MM-ddTHH:mm:ssZ}"));

    /// <summary>Somebody has fired the trigger by hand: as often as that happens, whatever is due.</summary>
    public static DispatchRequest RequestOfJob(string tenant, string workflowKey, string hangfireJob) =>
        Request(tenant, workflowKey, $"{workflowKey}:job:{hangfireJob}");

    private static DispatchRequest Request(string tenant, string workflowKey, string key) => new()
    {
        Tenant = tenant,
        WorkflowKey = workflowKey,
        Trigger = "cron",
        Key = new IdempotencyKey("cron", key, []),
    };
}
