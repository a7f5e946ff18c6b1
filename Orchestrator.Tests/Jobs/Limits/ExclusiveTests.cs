using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Dapper;
using Orchestrator.Jobs;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Limits;

/// <summary>Steps that share a lock never overlap.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class ExclusiveTests
{
    private TestService _service = null!;

    [SetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(options => options.Lease = TimeSpan.FromSeconds(5));

    [TearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Who_has_the_lock_sees_what_those_before_it_have_assigned()
    {
        var run = await _service.RunAsync("""
            key: counts
            variables: { n: 0 }
            steps:
              - id: all
                type: for_each
                items: inputs.items
                steps: [{ id: add, type: transform, value: 1, exclusive: "run:n", set: { n: "{{ variables.n + 1 }}" } }]
            """, $$"""{"items": [{{string.Join(", ", Enumerable.Repeat(0, 25))}}]}""");

        run.Status.Should().Be("success", run.Row.Error);
        run.Row.Variables.Should().Be("""{"n": 25}""");
    }

    [Test]
    public async Task Passes_of_two_loops_hold_it_one_after_the_other_and_see_what_the_other_has_assigned()
    {
        var run = await _service.RunAsync("""
            key: passes
            variables: { n: 0 }
            steps:
              - id: left
                type: loop
                max_iterations: 12
                steps: [{ id: add, type: transform, value: 1, exclusive: "run:n", set: { n: "{{ variables.n + 1 }}" } }]
              - id: right
                type: loop
                max_iterations: 12
                steps: [{ id: too, type: transform, value: 1, exclusive: "run:n", set: { n: "{{ variables.n + 1 }}" } }]
            """);

        run.Status.Should().Be("success", run.Row.Error);
        run.Row.Variables.Should().Be("""{"n": 24}""");
    }

    [Test]
    public async Task What_is_assigned_while_a_step_comes_to_its_lock_is_seen_too()
    {
        await _service.Database.ExecuteAsync("""
            insert into orchestrator.autonomous_execution_locks (lock_key, locked_by, fencing_token, expires_at)
            values ('exclusive:all:late', 'before', 1, now() - interval '1 second')
            """);
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("select from autonomous_execution_locks where lock_key = 'exclusive:all:late' for update");
        var id = await _service.StartRunAsync("""
            key: late
            variables: { n: 0 }
            steps: [{ id: add, type: transform, value: 1, exclusive: late, set: { n: "{{ variables.n + 1 }}" } }]
            """);
        await Eventually.IsTrueAsync(
            () => _service.Database.ScalarAsync<bool>("select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"), "the step at its lock");

        await connection.ExecuteAsync("update workflow_run_data set variables = '{\"n\": 41}' where workflow_run_id = @id", new { id = id.Value });
        await transaction.CommitAsync();

        (await _service.EndAsync(id)).Row.Variables.Should().Be("""{"n": 42}""");
    }

    [Test]
    public async Task Steps_of_items_hold_the_lock_one_after_the_other()
    {
        var run = await _service.RunAsync("""
            key: items-exclusive
            steps:
              - id: process
                type: for_each
                items: "[1, 2, 3]"
                steps: [{ id: own, type: transform, value: "{ item, token: step.fencing_token }", exclusive: "items" }]
              - { id: tokens, type: transform, value: "results.process.map(one => one.token).sort()", depends_on: [process] }
            """);

        run.Status.Should().Be("success");
        run["tokens"].Output.Should().NotContain("null");
    }

    [Test]
    public async Task The_second_waits_without_a_worker_until_the_first_has_ended_under_a_higher_token()
    {
        using var gate = new SemaphoreSlim(0);
        _service.Target.On("/book", async (http, _) =>
        {
            await gate.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        });
        const string workflow = """
            key: booking
            steps:
              - {id: book, call: /book, exclusive: ledger, timeout_ms: 60000, body: {token: "{{ step.fencing_token }}"}}
            """;
        var first = await _service.StartRunAsync(workflow);
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/book").Count == 1), "the first call");
        var behind = new List<RunId>();
        for (var i = 0; i < 3; i++)
        {
            behind.Add(await _service.StartRunAsync(workflow));
            var parked = await _service.UntilAsync(behind[^1], run => run["book"].WaitingFor == "exclusive:ledger", "the wait");
            parked["book"].Should().Match<TestStep>(step => step.Status == "waiting" && step.Attempts == 0 && step.LeaseOwner == null && step.HangfireState == "Scheduled");
        }

        gate.Release(4);
        foreach (var id in behind.Prepend(first))
        {
            (await _service.EndAsync(id)).Should().Match<TestRun>(run => run.Status == "success" && run["book"].Attempts == 1);
        }

        var requests = _service.Target.RequestsTo("/book");
        requests.Select(request => request.Key).Should().Equal(behind.Prepend(first).Select(id => $"{id}:book:0"), "in the order of asking");
        var tokens = requests.Select(request => long.Parse(request.Headers["X-Fencing-Token"])).ToArray();
        tokens.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        requests.Select(request => (long)JsonNode.Parse(request.Body)!["token"]!).Should().Equal(tokens);
        (await LocksAsync()).Should().Be(0);
    }

    [Test]
    public async Task Many_at_once_never_overlap_and_all_come_to_their_end()
    {
        var one = new BusyTarget(_service.Target, "/one");
        await _service.PutAsync("key: many\nsteps:\n  - {id: a, call: /one, exclusive: one}\n  - {id: b, call: /one, exclusive: one}\n");
        var runs = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => _service.DispatchAsync(new() { WorkflowKey = "many" })));

        foreach (var id in runs)
        {
            (await _service.EndAsync(id)).Status.Should().Be("success");
        }

        one.Most.Should().Be(1);
        _service.Target.RequestsTo("/one").Should().HaveCount(30);
        (await _service.Database.ScalarAsync<long>("select count(*) from orchestrator.step_waits")).Should().Be(0);
    }

    [Test]
    public async Task A_lock_of_the_run_leaves_other_runs_alone()
    {
        using var all = new SemaphoreSlim(0);
        var inside = new ConcurrentDictionary<string, int>();
        var most = 0;
        _service.Target.On("/own", async (http, seen) =>
        {
            most = Math.Max(most, inside.AddOrUpdate(seen.Key.Split(':')[0], 1, (_, count) => count + 1));
            await all.WaitAsync(http.RequestAborted);
            inside.AddOrUpdate(seen.Key.Split(':')[0], 0, (_, count) => count - 1);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        });
        await _service.PutAsync("key: own\nsteps:\n  - {id: a, call: /own, exclusive: 'run:one'}\n  - {id: b, call: /own, exclusive: 'run:one'}\n");
        var runs = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => _service.DispatchAsync(new() { WorkflowKey = "own" })));

        // One of each run at the same time.
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/own").Count == 2), "a call of each");
        all.Release(4);
        foreach (var id in runs)
        {
            (await _service.EndAsync(id)).Status.Should().Be("success");
        }

        most.Should().Be(1);
    }

    [Test]
    public async Task A_failing_attempt_gives_the_lock_back_and_waits_for_its_retry_without_it()
    {
        var calls = 0;
        _service.Target.On("/flaky", (http, _) => TargetServer.JsonAsync(http, Interlocked.Increment(ref calls) == 1 ? 503 : 200, """{"ok": true}"""));
        var id = await _service.StartRunAsync("key: flaky\nsteps: [{id: a, call: /flaky, exclusive: l, retry: {delay_ms: 3600000, max_delay_ms: 3600000}}]\n");
        await _service.UntilAsync(id, run => run["a"].Status == "failed", "the first failure");

        (await LocksAsync()).Should().Be(0);
        (await _service.RunAsync("key: next\nsteps: [{id: a, call: /next, exclusive: l}]\n")).Status.Should().Be("success");
    }

    [Test]
    public async Task A_lock_that_nobody_renews_is_free_when_it_expires()
    {
        await _service.Database.ExecuteAsync("""
            insert into orchestrator.autonomous_execution_locks (lock_key, locked_by, fencing_token, expires_at)
            values ('exclusive:all:stale', 'somebody', nextval('orchestrator.lock_fencing_tokens'), now() + interval '1 hour')
            """);
        var id = await _service.StartRunAsync("key: stale\nsteps: [{id: a, type: transform, value: step.fencing_token, exclusive: stale}]\n");
        await _service.UntilAsync(id, run => run["a"].WaitingFor == "exclusive:stale", "the wait");

        await _service.Database.ExecuteAsync("update orchestrator.autonomous_execution_locks set expires_at = now()");

        var run = await _service.EndAsync(id);
        run.Status.Should().Be("success");
        long.Parse(run["a"].Output!).Should().BeGreaterThan(1);
    }

    [Test]
    public async Task A_lock_is_renewed_while_its_attempt_goes_on_and_the_attempt_stopped_once_it_is_anothers()
    {
        _service.Target.On("/long", (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        await _service.StartRunAsync("key: long\nsteps: [{id: a, call: /long, exclusive: l, timeout_ms: 600000}]\n");
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/long").Count == 1), "the call");
        var expires = await ExpiryAsync();

        await Eventually.IsTrueAsync(async () => await ExpiryAsync() > expires, "the renewal");
        await _service.Database.ExecuteAsync("update orchestrator.autonomous_execution_locks set fencing_token = nextval('orchestrator.lock_fencing_tokens')");

        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Log.Text.Contains("has lost its lock and is stopped")), "the stop");
        (await LocksAsync()).Should().Be(1, "it is another's");
    }

    [Test]
    public async Task An_attempt_whose_answer_was_lost_takes_its_lock_again()
    {
        var id = RunId.New(DateTimeOffset.UnixEpoch);
        var claimed = new ClaimedStep
        {
            Run = new RunInfo { Tenant = "default", Id = id, WorkflowKey = "w", WorkflowVersion = 1, Trigger = "api", CreatedAt = DateTime.UnixEpoch },
            Job = id.Job(0),
            Attempt = 1,
            Lost = 0,
            MaxAttempts = 5,
            StartedAt = DateTime.UnixEpoch,
            Worker = 1,
            Queue = "default",
        };
        var locks = _service.Get<ExclusiveLocks>();

        var first = await locks.TakeAsync(claimed, "a", "exclusive:all:lost", default);
        var again = await locks.TakeAsync(claimed, "a", "exclusive:all:lost", default);
        var other = await locks.TakeAsync(claimed with { Attempt = 2 }, "a", "exclusive:all:lost", default);

        again!.Token.Should().BeGreaterThan(first!.Token);
        other.Should().BeNull();
    }

    [Test]
    public async Task A_step_in_code_is_told_its_token_and_one_without_a_lock_has_none()
    {
        await using var service = await TestService.StartAsync(options => options.AddStep<Tells>("tells"));

        var run = await service.RunAsync("key: told\nsteps: [{id: a, type: tells, exclusive: l}, {id: b, type: tells}]\n");

        long.Parse(run["a"].Output!).Should().BePositive();
        run["b"].Output.Should().Be("null");
    }

    [Test]
    public async Task A_step_with_a_lock_and_a_limit_holds_no_lock_while_it_waits_for_a_token()
    {
        const string both = "key: both\nsteps: [{id: a, type: transform, value: 1, exclusive: l, rate_limit: {key: k, capacity: 1, refill_per_second: 0.001}}]\n";
        await _service.RunAsync(both);
        var id = await _service.StartRunAsync(both);
        await _service.UntilAsync(id, run => run["a"].WaitingFor == "rate_limit:k", "the wait");

        (await LocksAsync()).Should().Be(0);
        await _service.Get<Orchestrator.Jobs.Limits.RateLimits>().SetAsync("default", "k", 1, 100, default);
        (await _service.EndAsync(id)).Status.Should().Be("success");
    }

    private sealed record Nothing;

    private sealed class Tells : IStep<Nothing>
    {
        public Task<object?> RunAsync(Nothing config, StepContext step, CancellationToken cancellationToken) => Task.FromResult<object?>(step.FencingToken);
    }

    private Task<DateTime> ExpiryAsync() => _service.Database.ScalarAsync<DateTime>("select expires_at from orchestrator.autonomous_execution_locks");

    private Task<long> LocksAsync() => _service.Database.ScalarAsync<long>("select count(*) from orchestrator.autonomous_execution_locks where expires_at > now()");
}
