using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Inputs;

namespace Orchestrator.Jobs.Dispatch;

/// <summary>A schedule that the host's code asks for.</summary>
internal sealed record CodeSchedule(string WorkflowKey, string Cron, TimeZoneInfo TimeZone, Value Payload);

/// <summary>
/// Keeps Hangfire's recurring jobs as the host's code says, when it starts: <c>code:application:key:n</c>. The application's
/// own alone: another host on the same database has schedules of its own.
/// </summary>
internal sealed class CodeSchedules(
    OrchestratorOptions options, WorkflowCatalog workflows, IRecurringJobManager recurring, RecurringJobs jobs, IHostEnvironment host)
{
    private const string Tenant = DispatchRequest.DefaultTenant;

    /// <exception cref="OptionsValidationException">One names an unknown workflow, wrong inputs or no cron expression.</exception>
    public async Task SetAsync(CancellationToken cancellationToken)
    {
        var prefix = $"code:{host.ApplicationName.Replace(':', '.')}:";
        var wanted = new HashSet<string>();
        foreach (var schedule in options.Schedules)
        {
            await CheckAsync(schedule, cancellationToken);
            var number = options.Schedules.TakeWhile(other => !ReferenceEquals(other, schedule)).Count(other => other.WorkflowKey == schedule.WorkflowKey);
            var id = $"{prefix}{schedule.WorkflowKey}:{number}";
            wanted.Add(id);
            Set(id, schedule);
        }

        foreach (var id in jobs.Ids(prefix).Where(id => !wanted.Contains(id)))
        {
            recurring.RemoveIfExists(id);
        }
    }

    private void Set(string id, CodeSchedule schedule)
    {
        var (key, payload) = (schedule.WorkflowKey, schedule.Payload.ToJson());
        try
        {
            recurring.AddOrUpdate(
                id, Job.FromExpression<CronJob>(job => job.RunWith(Tenant, key, payload, null!)), schedule.Cron,
                new RecurringJobOptions { TimeZone = schedule.TimeZone });
        }
        catch (ArgumentException e)
        {
            throw Wrong(schedule, $"'{schedule.Cron}' is no cron expression: {e.Message}");
        }
    }

    private async Task CheckAsync(CodeSchedule schedule, CancellationToken cancellationToken)
    {
        LoadedWorkflow? workflow;
        try
        {
            workflow = await workflows.FindAsync(Tenant, schedule.WorkflowKey, null, cancellationToken);
        }
        catch (UnreadableWorkflowException e)
        {
            throw Wrong(schedule, e.Message);
        }

        if (workflow is null)
        {
            throw Wrong(schedule, $"there is no such workflow, neither in {options.Folders.Workflows} nor stored by the API");
        }

        var (_, problems) = InputChecker.Check(workflow.Definition.Inputs, schedule.Payload);
        if (problems.Count > 0)
        {
            throw Wrong(schedule, string.Join("; ", problems.Select(problem => $"{problem.Path} {problem.Message}")));
        }
    }

    private static OptionsValidationException Wrong(CodeSchedule schedule, string problem) =>
        new("Orchestrator", typeof(OrchestratorOptions), [$"Schedule of workflow '{schedule.WorkflowKey}' ({schedule.Cron}): {problem}"]);
}
