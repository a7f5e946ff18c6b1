using Hangfire;
using Hangfire.Storage;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Jobs.Dispatch;

/// <summary>Cron triggers as Hangfire recurring jobs.</summary>
internal sealed class CronTriggerTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Each_cron_trigger_is_a_recurring_job_in_its_zone()
    {
        await PutAsync("""
            key: twice
            triggers:
              - { type: cron, cron: "0 7 * * *", timezone: America/New_York }
              - { type: cron_or_event, cron: "0 18 * * SUN", event_types: [ping] }
            steps: [{ id: a, type: transform, value: 1 }]
            """);

        RecurringJobs("twice").Select(job => (job.Id, job.Cron, job.TimeZoneId)).Should().Equal(
            ("workflow:default:twice:0", "0 7 * * *", "America/New_York"), ("workflow:default:twice:1", "0 18 * * SUN", "UTC"));
        RecurringJobs("twice").Should().OnlyContain(job => job.NextExecution != null);
    }

    [Test]
    public async Task A_trigger_that_goes_takes_its_recurring_job_along()
    {
        await PutAsync("""{ key: less, trigger: { type: cron, cron: "0 7 * * *" }, steps: [{ id: a, type: transform, value: 1 }] }""");
        var before = RecurringJobs("less").Count;
        await PutAsync("""{ key: less, steps: [{ id: a, type: transform, value: 2 }] }""");

        before.Should().Be(1);
        RecurringJobs("less").Should().BeEmpty();
    }

    [Test]
    public async Task An_occurrence_starts_one_run_however_often_its_job_comes()
    {
        await PutAsync("""{ key: daily, trigger: { type: cron, cron: "0 7 * * *" }, steps: [{ id: a, type: transform, value: "run.trigger" }] }""");
        _service.Get<IRecurringJobManager>().Trigger("workflow:default:daily:0");
        await Eventually.IsTrueAsync(async () => await RunsAsync("daily", "success") == 1, "the run");
        var job = RecurringJobs("daily").Single().LastJobId!;
        await UntilSucceededAsync(job);
        _service.Get<IBackgroundJobClient>().Requeue(job).Should().BeTrue();
        await UntilSucceededAsync(job);

        (await RunsAsync("daily", "success")).Should().Be(1);
        (await _service.Database.ScalarAsync<string>("select trigger from workflow_runs where workflow_key = 'daily'")).Should().Be("cron");
    }

    private Task UntilSucceededAsync(string job) => Eventually.IsTrueAsync(
        async () => await _service.Database.ScalarAsync<string>($"select statename from hangfire.job where id = {job}") == "Succeeded", "the job's end");

    private Task<long> RunsAsync(string key, string status) =>
        _service.Database.ScalarAsync<long>($"select count(*) from workflow_runs where workflow_key = '{key}' and status = '{status}'");

    private List<RecurringJobDto> RecurringJobs(string key)
    {
        using var connection = _service.Get<JobStorage>().GetConnection();
        return [.. connection.GetRecurringJobs().Where(job => job.Id.StartsWith($"workflow:default:{key}:", StringComparison.Ordinal)).OrderBy(job => job.Id)];
    }

    private Task PutAsync(string yaml)
    {
        var definition = WorkflowParser.Parse(yaml, "test").Definition!;
        return _service.Get<WorkflowRegistry>().PutAsync(
            DispatchRequest.DefaultTenant, definition, yaml, file: null, isRestart: false, CancellationToken.None);
    }
}
