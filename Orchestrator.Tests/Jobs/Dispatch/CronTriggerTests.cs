using System.Globalization;
using Hangfire;
using Hangfire.Storage;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Definitions;
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

    [TestCase("once", "0")]
    [TestCase("all", "1")]
    [TestCase("skip", "2")]
    public async Task What_becomes_of_missed_occurrences_is_Hangfires_to_hold(string misfire, string mode)
    {
        await PutAsync($$"""{ key: missed_{{misfire}}, trigger: { type: cron, cron: "0 7 * * *", misfire: {{misfire}} }, steps: [{ id: a, type: transform, value: 1 }] }""");

        (await FieldAsync($"workflow:default:missed_{misfire}:0", "Misfire")).Should().Be(mode);
    }

    /// <summary>The route first; then, as after a kill before it could move the recurring job, Hangfire's own scheduler.</summary>
    [Test]
    public async Task An_occurrence_is_dispatched_once_by_the_route_and_the_scheduler_together()
    {
        await PutAsync("""{ key: yearly, trigger: { type: cron, cron: "0 0 1 1 *" }, steps: [{ id: a, type: transform, value: 1 }] }""");
        var due = await MakeDueAsync("yearly", "date_trunc('year', now(), 'UTC')");
        var catchUp = _service.Get<CronCatchUp>();

        var first = await catchUp.RunAsync(DispatchRequest.DefaultTenant, default);
        RecurringJobs("yearly").Single().NextExecution.Should().BeAfter(DateTime.UtcNow);
        (await catchUp.RunAsync(DispatchRequest.DefaultTenant, default)).Should().BeEmpty();
        await MakeDueAsync("yearly", "date_trunc('year', now(), 'UTC')");
        _service.Get<IRecurringJobManager>().AddOrUpdate<Nothing>("waker", nothing => nothing.Do(), Cron.Never());
        await Eventually.IsTrueAsync(() => Task.FromResult(RecurringJobs("yearly").Single().LastJobId is not null), "the scheduler");
        await UntilSucceededAsync(RecurringJobs("yearly").Single().LastJobId!);

        first.Should().ContainSingle().Which.Occurrence.Should().Be(due);
        (await _service.Database.ScalarAsync<long>("select count(*) from workflow_runs where workflow_key = 'yearly'")).Should().Be(1);
    }

    [Test]
    public async Task Each_missed_occurrence_has_its_run_where_all_are_wanted()
    {
        await PutAsync("""{ key: all_days, trigger: { type: cron, cron: "0 0 * * *", misfire: all }, steps: [{ id: a, type: transform, value: 1 }] }""");
        await MakeDueAsync("all_days", "date_trunc('day', now(), 'UTC') - interval '2 days'");

        await _service.Get<CronCatchUp>().RunAsync(DispatchRequest.DefaultTenant, default);

        await Eventually.IsTrueAsync(async () => await RunsAsync("all_days", "success") == 3, "three runs");
    }

    [Test]
    public async Task A_missed_occurrence_has_no_run_where_it_is_to_be_skipped()
    {
        await PutAsync("""{ key: skipped, trigger: { type: cron, cron: "0 0 1 1 *", misfire: skip }, steps: [{ id: a, type: transform, value: 1 }] }""");
        await MakeDueAsync("skipped", "date_trunc('year', now(), 'UTC')");

        await _service.Get<CronCatchUp>().RunAsync(DispatchRequest.DefaultTenant, default);

        RecurringJobs("skipped").Single().NextExecution.Should().BeAfter(DateTime.UtcNow);
        (await _service.Database.ScalarAsync<long>("select count(*) from workflow_runs where workflow_key = 'skipped'")).Should().Be(0);
    }

    [TestCase("0 7 * * *", "2026-11-21T06:59:59", "2026-11-20T07:00:00")]
    [TestCase("0 7 * * *", "2026-11-21T07:00:00", "2026-11-21T07:00:00")]
    [TestCase("0 0 29 2 *", "2026-11-21T07:00:00", "2024-02-29T00:00:00")]
    [TestCase("*/5 * * * * *", "2026-11-21T07:00:04", "2026-11-21T07:00:00")]
    public void The_newest_occurrence_is_found(string cron, string moment, string occurrence) =>
        new CronTrigger(cron, "UTC").LastUntil(DateTime.SpecifyKind(DateTime.Parse(moment, CultureInfo.InvariantCulture), DateTimeKind.Utc))
            .Should().Be(DateTime.Parse(occurrence, CultureInfo.InvariantCulture));

    /// <summary>As if the service had been down since then.</summary>
    private Task<DateTime> MakeDueAsync(string key, string time) => _service.Database.ScalarAsync<DateTime>($"""
        with due as (select {time} as at),
        placed as (update hangfire.set s set score = extract(epoch from d.at) from due d where s.value = 'workflow:default:{key}:0'),
        dated as (
          update hangfire.hash h set value = to_char(d.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '.0000000Z'
          from due d where h.key = 'recurring-job:workflow:default:{key}:0' and h.field = 'NextExecution')
        select at from due
        """);

    /// <summary>A field that is not there stands for 0.</summary>
    private Task<string> FieldAsync(string id, string field) =>
        _service.Database.ScalarAsync<string>($"select coalesce(max(value), '0') from hangfire.hash where key = 'recurring-job:{id}' and field = '{field}'");

    public sealed class Nothing
    {
        public void Do() => throw new InvalidOperationException();
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
