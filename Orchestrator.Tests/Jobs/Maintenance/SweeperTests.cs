using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Maintenance;

/// <summary>Nothing stands still, whatever is lost.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class SweeperTests
{
    private TestService _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_dead_workers_steps_are_taken_back_at_once()
    {
        // A worker whose row is there and whose session lock is not: what a killed process leaves.
        var run = await AdoptAsync("with dead as (insert into workers (name) values ('dead') returning worker_id)", "(select worker_id from dead)");

        run.Status.Should().Be("success");
        run["call"].Should().Match<TestStep>(step => step.Attempts == 2 && step.Lost == 1);
        run["call"].Reasons.Should().Contain("Its worker was lost");
        (await _service.Database.ScalarAsync<long>("select count(*) from workers where name = 'dead'")).Should().Be(0);
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Log.Warnings.Any(line => line.Contains("(dead)"))), "the log line");
    }

    [Test]
    public async Task A_lease_of_a_worker_that_is_not_registered_is_nobodys()
    {
        var run = await AdoptAsync("", "1000000");

        (run.Status, run["call"].Lost).Should().Be(("success", (short)1));
    }

    [Test]
    public async Task A_step_whose_worker_died_each_time_is_given_up()
    {
        using var parked = await ParkAsync();
        await _service.Database.ExecuteAsync(
            $"update job_queue set lost = {AttemptMaker.MaxLost - 1}, attempts = {AttemptMaker.MaxLost}, lease_owner = 1000000 where job_id = '{parked.Run.Job(0)}'");
        var run = await _service.EndAsync(parked.Run);

        run["call"].Should().Match<TestStep>(step => step.Status == "dead" && step.Lost == AttemptMaker.MaxLost);
        ((string)run.Error["message"]!).Should().Be("Its worker died 20 times while it ran.");
    }

    [Test]
    public async Task A_lost_step_of_a_run_that_has_ended_is_cancelled()
    {
        using var parked = await ParkAsync();
        await _service.Database.ExecuteAsync($"update workflow_runs set deadline_at = now(), timeout_ms = 1 where workflow_run_id = '{parked.Run}'");
        await _service.UntilAsync(parked.Run, run => run.HasEnded, "the run's end");
        await _service.Database.ExecuteAsync($"update job_queue set lease_owner = 1000000 where job_id = '{parked.Run.Job(0)}'");
        var run = await _service.EndAsync(parked.Run);

        run.Status.Should().Be("failed");
        run["call"].Should().Match<TestStep>(step => step.Status == "cancelled" && step.HangfireState == "Deleted" && step.Deliveries == 0);
        run.Row.OpenSteps.Should().Be(0);
    }

    [TestCase("delete from hangfire.jobqueue", Description = "the place in the queue")]
    [TestCase("delete from hangfire.job", Description = "the job with all that belongs to it")]
    [TestCase(
        "update hangfire.job set statename = 'Processing'; update hangfire.jobqueue set fetchedat = now() - interval '1 hour'",
        Description = "fetched by a server that never learned of it")]
    public async Task A_queued_step_whose_delivery_is_lost_is_delivered_again(string loss)
    {
        await using var idle = await _service.StartAnotherAsync(TestService.WithoutWorkers);
        var id = await idle.StartRunAsync("{ key: lost, config: { queue: nobodys }, steps: [{ id: one, type: transform, value: 1 }] }");
        var before = await TestRun.ReadAsync(_service.Database, id);
        await _service.Database.ExecuteAsync(
            $"update workflow_runs set created_at = now() - interval '1 hour'; update hangfire.state set createdat = now() - interval '1 hour'; {loss}");
        await idle.Get<SweepActions>().RedeliverAsync(CancellationToken.None);
        await idle.Get<SweepActions>().RedeliverAsync(CancellationToken.None);
        var run = await TestRun.ReadAsync(_service.Database, id);

        run["one"].Should().Match<TestStep>(step => step.Status == "queued" && step.HangfireState == "Enqueued" && step.Deliveries == 1);
        run["one"].HangfireJobId.Should().NotBe(before["one"].HangfireJobId);
        run["one"].Reasons.Should().Equal("Delivered again: the job that carried the step was lost");
    }

    [Test]
    public async Task A_delivery_that_is_doubled_runs_the_step_once()
    {
        using var parked = await ParkAsync();
        await _service.Database.ExecuteAsync(
            $"insert into hangfire.jobqueue (jobid, queue) select hangfire_job_id, 'default' from job_queue where job_id = '{parked.Run.Job(0)}'");
        await _service.Get<StepRunner>().RunAsync("default", parked.Run.Job(0), "test", _service.Get<Drain>());
        parked.Gate.Release(10);
        var run = await _service.EndAsync(parked.Run);

        run["call"].Attempts.Should().Be(1);
        _service.Target.RequestsTo("/parked").Should().ContainSingle();
    }

    [Test]
    public async Task A_worker_whose_connection_is_cut_comes_back_with_its_leases()
    {
        var presence = _service.Get<WorkerPresence>();
        var before = presence.Id;
        using var parked = await ParkAsync();
        await _service.Database.ExecuteAsync(Cut(before));
        await Eventually.IsTrueAsync(
            () => Task.FromResult(presence.IsHere && _service.Log.Warnings.Any(line => line.Contains($"Worker {before} lost the connection"))), "the return");
        parked.Gate.Release(10);
        var run = await _service.EndAsync(parked.Run);

        presence.Id.Should().Be(before);
        run["call"].Should().Match<TestStep>(step => step.Status == "success" && step.Attempts == 1 && step.Lost == 0);
    }

    [Test]
    public async Task A_worker_that_was_given_up_meanwhile_comes_back_under_a_new_number()
    {
        var presence = _service.Get<WorkerPresence>();
        var before = presence.Id;
        using var parked = await ParkAsync();
        await _service.Database.ExecuteAsync($"with cut as materialized ({Cut(before)}) delete from workers where worker_id = {before} and exists (select from cut)");
        await Eventually.IsTrueAsync(() => Task.FromResult(presence.Id != before), "the new number");
        await _service.UntilAsync(parked.Run, run => run["call"].Attempts == 2, "the second attempt");
        parked.Gate.Release(10);
        var run = await _service.EndAsync(parked.Run);

        (await CountAsync(presence.Id)).Should().Be(1);
        run["call"].Should().Match<TestStep>(step => step.Status == "success" && step.Attempts == 2 && step.Lost == 1);
    }

    [Test]
    public async Task A_worker_that_leaves_takes_its_row_with_it()
    {
        var another = await _service.StartAnotherAsync();
        var id = another.Get<WorkerPresence>().Id;
        (await CountAsync(id)).Should().Be(1);
        await another.DisposeAsync();

        (await CountAsync(id)).Should().Be(0);
    }

    [Test]
    public async Task A_recovery_that_can_not_be_read_keeps_nothing_else_from_being_done_and_is_left_for_a_minute()
    {
        await _service.PutAsync("{ key: told, trigger: { type: event, event_types: told }, steps: [{ id: a, type: transform, value: 1 }] }");
        var failed = await _service.RunAsync("{ key: recovers, config: { auto_recovery: true }, steps: [{ id: a, type: fail, message: no }] }");

        // As if it were of a version that only a newer release can read.
        await _service.Database.ExecuteAsync("""
            insert into workflow_definitions (workflow_key, version, content, content_sha256)
            select workflow_key, 2, replace(content, 'type: fail', 'type: of_tomorrow'), content_sha256 from workflow_definitions where workflow_key = 'recovers';
            update workflow_runs set workflow_version = 2 where workflow_key = 'recovers';
            update run_recoveries set due_at = now();
            insert into intent_events (user_id, type) values ('ada', 'told');
            """);

        await Eventually.IsTrueAsync(() => _service.Database.ScalarAsync<bool>("select exists (select from workflow_runs where workflow_key = 'told')"), "the run of the event");
        await Eventually.IsTrueAsync(() => _service.Database.ScalarAsync<bool>("select due_at > now() + interval '30 seconds' from run_recoveries"), "the next look");
        (await TestRun.ReadAsync(_service.Database, failed.Id)).Status.Should().Be("failed");
        _service.Log.Text.Should().Contain($"Run {failed.Id} can't go on by itself here");
    }

    [Test]
    public async Task The_timers_of_paused_runs_hide_no_others()
    {
        var paused = await _service.StartRunAsync("{ key: paused, steps: [{ id: wait, type: delay, ms: 3600000 }] }");
        await _service.UntilAsync(paused, run => run["wait"].WaitingFor == "timer", "the wait");
        (await _service.Client.PostAsync($"/api/runs/{paused}/pause", null)).EnsureSuccessStatusCode();
        await _service.Database.ExecuteAsync("update job_queue set next_run_at = now() - interval '1 hour'");
        (await _service.Get<SweepActions>().LookAsync(default)).NextTimer.Should().BeNull();

        var other = await _service.StartRunAsync("{ key: other, steps: [{ id: wait, type: delay, ms: 3600000 }] }");
        await _service.UntilAsync(other, run => run["wait"].WaitingFor == "timer", "the wait");

        (await _service.Get<SweepActions>().LookAsync(default)).NextTimer.Should().BeGreaterThan(TimeSpan.FromMinutes(50));
    }

    [Test]
    public async Task After_a_full_batch_it_looks_again_at_once()
    {
        // On a database of its own: nobody else sweeps there, and this one once a minute, unless it is told to.
        await using var alone = await TestService.StartAsync(options =>
        {
            TestService.WithoutWorkers(options);
            options.SweepInterval = TimeSpan.FromMinutes(1);
        });
        await alone.PutAsync("{ key: many, steps: [{ id: a, type: transform, value: 1 }] }");
        var at = DateTime.UtcNow.AddHours(1);
        await alone.Get<Dispatcher>().DispatchAllAsync([.. Enumerable.Range(0, 2100).Select(_ => new DispatchRequest { WorkflowKey = "many", ScheduledAt = at })], default);
        await alone.Database.ExecuteAsync("update job_queue set next_run_at = now()");

        alone.Get<NearTimers>().Expect(TimeSpan.Zero);

        await Eventually.IsTrueAsync(() => alone.Database.ScalarAsync<bool>("select not exists (select from job_queue where status = 'waiting')"), "all of three batches");
    }

    [Test]
    public async Task Lost_deliveries_are_looked_for_in_open_runs_alone()
    {
        await _service.Database.ExecuteAsync("""
            insert into workflow_runs (workflow_run_id, workflow_key, workflow_version, status, open_steps, timeout_ms, finished_at, created_at)
            select overlay(md5(n::text) placing '000000' from 27)::uuid, 'k', 1, case when n <= 20 then 'running' else 'success' end, 0, 1,
                   case when n <= 20 then null else now() end, now() - interval '1 hour'
            from generate_series(1, 12000) n;
            insert into job_queue (job_id, workflow_run_id, step_id, step_index, status, max_attempts, pending, finished_at)
            select overlay(workflow_run_id::text placing lpad(to_hex(i + 1), 6, '0') from 31)::uuid, workflow_run_id, 's' || i, i, 'success', 1, 0, now()
            from workflow_runs, generate_series(0, 4) i;
            """);
        await _service.Database.ExecuteAsync("analyze");
        await using var command = _service.Database.DataSource.CreateCommand("explain (format json) " + Statements.Redeliver);
        command.Parameters.One("{}").One("[]");

        ((string)(await command.ExecuteScalarAsync())!).Should().NotMatchRegex("(?s)\"Node Type\": \"Seq Scan\",[^}]*?\"Relation Name\": \"job_queue\"");
    }

    /// <summary>Ends the connection that holds a worker's lock.</summary>
    private static string Cut(int worker) => $"""
        select pg_terminate_backend(pid) from pg_locks join pg_database d on d.oid = database
        where d.datname = current_database() and locktype = 'advisory' and classid = {WorkerPresence.LockClass} and objid = {worker}
          and granted and mode = 'ExclusiveLock'
        """;

    private Task<long> CountAsync(int worker) => _service.Database.ScalarAsync<long>($"select count(*) from workers where worker_id = {worker}");

    /// <summary>A run whose step is given to another worker while it runs; its end.</summary>
    private async Task<TestRun> AdoptAsync(string with, string worker)
    {
        using var parked = await ParkAsync();
        await _service.Database.ExecuteAsync($"{with} update job_queue set lease_owner = {worker} where job_id = '{parked.Run.Job(0)}'");
        await _service.UntilAsync(parked.Run, run => run["call"].Attempts == 2, "the second attempt");
        parked.Gate.Release(10);
        return await _service.EndAsync(parked.Run);
    }

    /// <summary>A run whose call the target holds until the gate is opened.</summary>
    private async Task<Parked> ParkAsync()
    {
        var gate = new SemaphoreSlim(0);
        _service.Target.On("/parked", async (http, _) =>
        {
            await gate.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        });
        var id = await _service.StartRunAsync("{ key: parked, steps: [{ id: call, call: /parked, timeout_ms: 120000 }] }");
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/parked").Count == 1), "the call");
        return new Parked(id, gate);
    }

    private sealed record Parked(RunId Run, SemaphoreSlim Gate) : IDisposable
    {
        public void Dispose()
        {
            Gate.Release(10);
        }
    }
}
