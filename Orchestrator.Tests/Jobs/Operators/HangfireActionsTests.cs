using System.Collections.Concurrent;
using Hangfire;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Operators;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Operators;

/// <summary>What an operator does to a step's job in Hangfire reaches the run.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class HangfireActionsTests
{
    private const string Deleted = "An operator deleted the Hangfire job of step 'call'.";

    /// <summary>Paths that answer with a failure.</summary>
    private readonly ConcurrentDictionary<string, bool> _broken = new();

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        _service.Target.Answer = (http, seen) => _broken.GetValueOrDefault(seen.Path)
            ? TargetServer.JsonAsync(http, 400, """{"ok": false}""")
            : TargetServer.JsonAsync(http, 200, """{"ok": true}""");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase(true, Description = "a client of the host, which has the filter")]
    [TestCase(false, Description = "a client without the filter, as another process's")]
    public async Task A_requeued_dead_step_runs_again_and_its_run_goes_on(bool hasFilter)
    {
        var key = $"requeued-{hasFilter}".ToLowerInvariant();
        var failed = await FailedAsync(key);
        _broken[$"/{key}"] = false;
        Client(hasFilter).Requeue(failed.HangfireJob).Should().BeTrue();
        var run = await _service.EndAsync(await SuccessAsync(failed.Run));

        run["call"].Should().Match<TestStep>(step => step.Attempts == 2 && step.HangfireState == "Succeeded" && step.Deliveries == 0);
        run["after"].Status.Should().Be("success");
        run["call"].Reasons.Should().Contain("Retried by Hangfire");
        (await LogAsync(failed.Run)).Should().Equal("Retried by Hangfire");
    }

    [Test]
    public async Task Requeued_once_it_runs_once_more_whoever_tells_of_it()
    {
        var failed = await FailedAsync("once");
        Client(true).Requeue(failed.HangfireJob);
        await _service.UntilAsync(failed.Run, run => run.HasEnded && run["call"].Attempts == 2, "the second failure");
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => ReactAsync(failed.Run)));
        var run = await _service.EndAsync(failed.Run);

        (run.Status, run["call"].Attempts).Should().Be(("failed", (short)2));
        (await LogAsync(failed.Run)).Should().Equal("Retried by Hangfire");
    }

    [Test]
    public async Task A_doubled_delivery_of_a_dead_step_is_no_operators_requeue()
    {
        var failed = await FailedAsync("doubled");
        await _service.Database.ExecuteAsync($"""
            insert into hangfire.jobqueue (jobid, queue) values ({failed.HangfireJob}, 'default');
            update hangfire.job set statename = 'Processing' where id = {failed.HangfireJob}
            """);
        await Eventually.IsTrueAsync(
            async () => await _service.Database.ScalarAsync<long>($"select count(*) from hangfire.jobqueue where jobid = {failed.HangfireJob}") == 0, "the delivery's end");

        (await ReactAsync(failed.Run)).Should().Be(OperatorAction.None);
        (await TestRun.ReadAsync(_service.Database, failed.Run)).Should().Match<TestRun>(run => run.Status == "failed" && run["call"].Attempts == 1);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_requeued_step_that_waits_for_its_retry_starts_at_once(bool hasFilter)
    {
        var key = $"forward-{hasFilter}".ToLowerInvariant();
        var id = await WaitingAsync(key);
        var step = (await TestRun.ReadAsync(_service.Database, id))["call"];
        step.HangfireState.Should().Be("Scheduled");
        step.Reasons![^1].Should().StartWith("Retry attempt 1 of 2: ");
        _broken[$"/{key}"] = false;
        Client(hasFilter).Requeue(Job(step)).Should().BeTrue();
        var run = await _service.EndAsync(id);

        (run.Status, run["call"].Attempts, run["call"].Timers).Should().Be(("success", (short)2, 0));
        (await LogAsync(id)).Should().Equal("Brought forward by Hangfire");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_requeued_job_of_a_step_that_succeeded_goes_back_and_says_why(bool hasFilter)
    {
        var before = await _service.RunAsync($"{{ key: good-{hasFilter.ToString().ToLowerInvariant()}, steps: [{{ id: call, call: /good }}] }}");
        Client(hasFilter).Requeue(Job(before["call"])).Should().BeTrue();
        await Eventually.IsTrueAsync(async () => (await LogAsync(before.Id)).Length > 0, "the reaction");
        var run = await TestRun.ReadAsync(_service.Database, before.Id);

        (run.Status, run["call"].Status, run["call"].Attempts).Should().Be(("success", "success", (short)1));
        run["call"].Should().Match<TestStep>(step => step.HangfireState == "Succeeded" && step.Deliveries == 0);
        run["call"].Reasons![^1].Should().Be("Not requeued: the step has ended, and only a dead one can run again.");
    }

    [Test]
    public async Task A_requeued_dead_step_of_a_cancelled_run_goes_back_to_Failed()
    {
        var failed = await FailedAsync("cancelled");
        await _service.Database.ExecuteAsync($"update workflow_runs set status = 'cancelled' where workflow_run_id = '{failed.Run}'");
        Client(true).Requeue(failed.HangfireJob);
        await Eventually.IsTrueAsync(async () => (await LogAsync(failed.Run)).Length > 0, "the reaction");
        var run = await TestRun.ReadAsync(_service.Database, failed.Run);

        (run["call"].Status, run["call"].HangfireState, run["call"].Deliveries).Should().Be(("dead", "Failed", 0));
        run["call"].Reasons![^1].Should().StartWith("Not requeued: ").And.Contain("cancelled");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_requeue_of_a_step_that_waits_for_a_decision_decides_that_it_runs_again(bool hasFilter)
    {
        var (id, job) = await HeldAsync($"decided-{hasFilter}".ToLowerInvariant());
        Client(hasFilter).Requeue(job).Should().BeTrue();
        var run = await _service.EndAsync(id);

        run["call"].Should().Match<TestStep>(step => step.Status == "success" && step.Attempts == 2 && step.HangfireState == "Succeeded" && step.Deliveries == 0);
        (await DecisionAsync(id)).Should().Be("retry by Hangfire");
        (await LogAsync(id)).Should().ContainSingle(line => line == "Retried by Hangfire");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_deletion_of_a_step_that_waits_for_a_decision_aborts_it(bool hasFilter)
    {
        var (id, job) = await HeldAsync($"given-up-{hasFilter}".ToLowerInvariant());
        Client(hasFilter).Delete(job).Should().BeTrue();
        if (!hasFilter)
        {
            await _service.Get<Sweeper>().ReactToDeletionsAsync(CancellationToken.None);
        }

        await ShouldBeDeletedAsync(await _service.EndAsync(id), attempts: 1);
        (await DecisionAsync(id)).Should().Be("abort by Hangfire");
    }

    [Test]
    public async Task A_deleted_queued_step_fails_its_run()
    {
        var id = await QueuedAsync("queued");
        Client(true).Delete(Job((await TestRun.ReadAsync(_service.Database, id))["call"])).Should().BeTrue();
        await ShouldBeDeletedAsync(await _service.EndAsync(id), attempts: 0);
    }

    [Test]
    public async Task A_deleted_step_of_an_item_fails_the_item_and_what_follows_from_that()
    {
        var id = await _service.StartRunAsync("""
            key: deleted-item
            steps:
              - id: process
                type: for_each
                items: "[1, 2]"
                on_item_failure: continue
                steps: [{ id: call, call: /deleted-item, queue: nobodys, when: item == 1 }, { id: other, type: transform, value: item }]
              - { id: last, type: transform, value: results.process, depends_on: [process] }
            """);
        foreach (var item in new[] { 0, 1 })
        {
            var run = await _service.UntilAsync(id, run => run.Steps.TryGetValue($"process[{item}].call", out var step) && step.HangfireJobId is not null, "the item");
            Client(true).Delete(Job(run[$"process[{item}].call"])).Should().BeTrue();
        }

        var ended = await _service.EndAsync(id);

        (ended.Status, ended["process[0].call"].Status, ended["process[0].other"].Status).Should().Be(("success", "dead", "cancelled"));
        ended["last"].Output.Should().Contain("An operator deleted the Hangfire job of step 'process[0].call'.").And.Contain("process[1].call");
    }

    [Test]
    public async Task A_deleted_step_that_waits_for_its_retry_fails_its_run()
    {
        var id = await WaitingAsync("scheduled");
        Client(true).Delete(Job((await TestRun.ReadAsync(_service.Database, id))["call"])).Should().BeTrue();
        await ShouldBeDeletedAsync(await _service.EndAsync(id), attempts: 1);
    }

    [TestCase(true, Description = "the filter")]
    [TestCase(false, Description = "the sweeper's look at what the worker holds")]
    public async Task A_deleted_running_step_fails_its_run_and_its_attempt_is_told_to_stop(bool hasFilter)
    {
        var key = $"running-{hasFilter}".ToLowerInvariant();
        var stopped = new TaskCompletionSource();
        _service.Target.On($"/{key}", async (http, _) =>
        {
            using var gone = http.RequestAborted.Register(() => stopped.TrySetResult());
            await stopped.Task;
        });
        var id = await _service.StartRunAsync(Yaml(key, "timeout_ms: 120000"));
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo($"/{key}").Count == 1), "the call");
        Client(hasFilter).Delete(Job((await TestRun.ReadAsync(_service.Database, id))["call"])).Should().BeTrue();
        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var run = await _service.EndAsync(id);
        await ShouldBeDeletedAsync(run, attempts: 1);
        run.AttemptsOf("call").Should().ContainSingle().Which.ErrorText.Should().Be(Deleted);
    }

    [TestCase("queued", Description = "lost with the process that deleted it: plain SQL, as one without our code")]
    [TestCase("scheduled")]
    public async Task A_deletion_that_nobody_told_of_is_found_by_the_sweeper_and_not_undone(string kind)
    {
        var id = kind == "queued" ? await QueuedAsync("sql-queued") : await WaitingAsync("sql-scheduled");
        var job = Job((await TestRun.ReadAsync(_service.Database, id))["call"]);
        await _service.Database.ExecuteAsync($"""
            with state as (insert into hangfire.state (jobid, name, createdat, data) values ({job}, 'Deleted', now() - interval '1 hour', jsonb_build_object()) returning id)
            update hangfire.job set statename = 'Deleted', stateid = (select id from state) where id = {job};
            delete from hangfire.jobqueue where jobid = {job};
            update workflow_runs set created_at = now() - interval '1 hour' where workflow_run_id = '{id}'
            """);
        await _service.Get<SweepActions>().RedeliverAsync(CancellationToken.None);
        (await TestRun.ReadAsync(_service.Database, id))["call"].Should().Match<TestStep>(step => step.HangfireState == "Deleted" && step.HangfireJobId == long.Parse(job));
        await _service.Get<Sweeper>().ReactToDeletionsAsync(CancellationToken.None);
        await ShouldBeDeletedAsync(await _service.EndAsync(id), attempts: (short)(kind == "queued" ? 0 : 1));
    }

    [Test]
    public async Task A_requeue_that_nobody_told_of_is_found_with_its_delivery()
    {
        var failed = await FailedAsync("sql-requeued");
        _broken["/sql-requeued"] = false;
        await _service.Database.ExecuteAsync($"""
            with state as (insert into hangfire.state (jobid, name, createdat, data) values ({failed.HangfireJob}, 'Enqueued', now(), jsonb_build_object()) returning id)
            update hangfire.job set statename = 'Enqueued', stateid = (select id from state), expireat = null where id = {failed.HangfireJob};
            insert into hangfire.jobqueue (jobid, queue) values ({failed.HangfireJob}, 'default')
            """);
        var run = await _service.EndAsync(await SuccessAsync(failed.Run));

        run["call"].Attempts.Should().Be(2);
    }

    [Test]
    public async Task A_deleted_step_can_be_requeued()
    {
        var id = await QueuedAsync("undone");
        var job = Job((await TestRun.ReadAsync(_service.Database, id))["call"]);
        Client(true).Delete(job);
        await _service.EndAsync(id);
        Client(true).Requeue(job).Should().BeTrue();
        var run = await _service.UntilAsync(id, now => now["call"].Status == "queued", "the step");

        (run.Status, run["call"].HangfireState, run["call"].Deliveries).Should().Be(("running", "Enqueued", 1));
        (await LogAsync(id)).Should().Equal(Deleted, "Retried by Hangfire");
    }

    [Test]
    public async Task A_deleted_job_of_a_dead_step_changes_nothing()
    {
        var failed = await FailedAsync("cleared");
        Client(true).Delete(failed.HangfireJob).Should().BeTrue();

        (await ReactAsync(failed.Run)).Should().Be(OperatorAction.None);
        (await LogAsync(failed.Run)).Should().BeEmpty();
    }

    [Test]
    public async Task A_settled_step_says_how_long_it_waited()
    {
        await using var idle = await _service.StartAnotherAsync(TestService.WithoutWorkers);
        var id = await idle.StartRunAsync("{ key: latency, config: { queue: slow }, steps: [{ id: call, call: /latency }] }");
        await _service.Database.ExecuteAsync($"""
            update hangfire.job set createdat = now() - interval '5 minutes' where id = (select hangfire_job_id from job_queue where job_id = '{id.Job(0)}')
            """);
        await using var worker = await _service.StartAnotherAsync(options => options.Queues = ["slow"]);
        await _service.EndAsync(id);
        var waited = await _service.Database.ScalarAsync<long>($"""
            select (data ->> 'Latency')::bigint from hangfire.state
            where name = 'Succeeded' and jobid = (select hangfire_job_id from job_queue where job_id = '{id.Job(0)}')
            """);

        waited.Should().BeInRange(300_000, 600_000);
    }

    private async Task ShouldBeDeletedAsync(TestRun run, short attempts)
    {
        run.Status.Should().Be("failed");
        ((string)run.Error["message"]!, (string)run.Error["step_id"]!).Should().Be((Deleted, "call"));
        run.Row.OpenSteps.Should().Be(0);
        run["call"].Should().Match<TestStep>(step => step.Status == "dead" && step.HangfireState == "Deleted" && step.Attempts == attempts);
        run["after"].Status.Should().Be("cancelled");
        (await LogAsync(run.Id)).Should().Equal(Deleted);
    }

    private Task<OperatorAction> ReactAsync(RunId run) => _service.Get<HangfireActions>().ReactAsync("default", run.Job(0), CancellationToken.None);

    /// <summary>The host's client, with its filters; or one that knows nothing of the host.</summary>
    private IBackgroundJobClient Client(bool hasFilter) =>
        hasFilter ? _service.Get<IBackgroundJobClient>() : new BackgroundJobClient(_service.Get<JobStorage>());

    private static string Job(TestStep step) => $"{step.HangfireJobId}";

    private async Task<RunId> SuccessAsync(RunId id)
    {
        await _service.UntilAsync(id, run => run.Status == "success", "the run's success");
        return id;
    }

    private async Task<string[]> LogAsync(RunId run) => await _service.Database.ScalarAsync<string[]>(
        $"select coalesce(array_agg(message order by id) filter (where data ->> 'by' = 'Hangfire'), '{{}}') from workflow_logs where workflow_run_id = '{run}'") ?? [];

    /// <summary>A run that has failed because its call is broken, and the job of its dead step.</summary>
    private async Task<(RunId Run, string HangfireJob)> FailedAsync(string key)
    {
        _broken[$"/{key}"] = true;
        var run = await _service.RunAsync(Yaml(key, "retry: { max_attempts: 1 }"));
        (run.Status, run["call"].HangfireState).Should().Be(("failed", "Failed"));
        return (run.Id, Job(run["call"]));
    }

    /// <summary>A run whose step waits for its second attempt.</summary>
    private async Task<RunId> WaitingAsync(string key)
    {
        _broken[$"/{key}"] = true;
        var id = await _service.StartRunAsync(Yaml(key, "retry: { max_attempts: 3, delay_ms: 3600000, max_delay_ms: 3600000, on: [400] }"));
        await _service.UntilAsync(id, run => run["call"].Status == "failed", "the first failure");
        return id;
    }

    /// <summary>A run whose step waits for a decision, and that step's job.</summary>
    private async Task<(RunId Run, string HangfireJob)> HeldAsync(string key)
    {
        _broken[$"/{key}"] = true;
        var id = await _service.StartRunAsync(Yaml(key, "on_failure: escalate"));
        var run = await _service.UntilAsync(id, run => run["call"].WaitingFor == "decision", "it waits for a decision");
        _broken[$"/{key}"] = false;
        return (id, Job(run["call"]));
    }

    private Task<string> DecisionAsync(RunId run) => _service.Database.ScalarAsync<string>(
        $"select concat(data ->> 'decision', ' by ', data ->> 'by') from alerts where workflow_run_id = '{run}' and resolved_at is not null")!;

    /// <summary>A run whose step nobody serves.</summary>
    private async Task<RunId> QueuedAsync(string key) => await _service.StartRunAsync(Yaml(key, "queue: nobodys"));

    private static string Yaml(string key, string more) => $$"""
        key: {{key}}
        steps:
          - { id: call, call: /{{key}}, {{more}} }
          - { id: after, type: transform, value: 1, depends_on: [call] }
        """;
}
