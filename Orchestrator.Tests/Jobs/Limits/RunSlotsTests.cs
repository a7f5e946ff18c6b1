using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Orchestrator.Jobs;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Jobs.Limits;

/// <summary>Only so many runs of a key are open at a time (<c>config.concurrency</c>).</summary>
[TestFixture]
internal sealed class RunSlotsTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_run_waits_until_another_of_its_key_has_ended_and_goes_in_the_order_of_the_line()
    {
        var key = await PutAsync("queues", "limit: 1, key: 'user:{{ inputs.user }}'");
        var first = await DispatchAsync(key, "ada");
        var (second, third) = (await DispatchAsync(key, "ada"), await DispatchAsync(key, "ada"));
        var urgent = await DispatchAsync(key, "ada", priority: 1);
        var other = await DispatchAsync(key, "bob");
        await _service.UntilAsync(first, IsUnderWay, "the first");
        await _service.UntilAsync(other, IsUnderWay, "the other user's");

        var waiting = await TestRun.ReadAsync(_service.Database, second);
        (waiting.Status, waiting["wait"].Status, waiting["wait"].WaitingFor, waiting["wait"].HangfireState, waiting["wait"].Deliveries)
            .Should().Be(("pending", "waiting", "slot:user:ada", "Awaiting", 0));
        (await Task.WhenAll(new[] { urgent, second, third }.Select(run => WhyAsync(run, "wait")))).Should().Equal(
            $"Step 'wait' is waiting: its run waits for a slot of 'user:ada', held by run {first}, and it is next.",
            $"Step 'wait' is waiting: its run waits for a slot of 'user:ada', held by run {first}, and 1 run is before it.",
            $"Step 'wait' is waiting: its run waits for a slot of 'user:ada', held by run {first}, and 2 runs are before it.");
        foreach (var (ends, starts) in new[] { (first, urgent), (urgent, second), (second, third) })
        {
            (await TestRun.ReadAsync(_service.Database, starts)).Status.Should().Be("pending");
            await GoAsync(ends);
            await _service.EndAsync(ends);
            await _service.UntilAsync(starts, IsUnderWay, "the next");
        }

        await GoAsync(third);
        (await _service.EndAsync(third)).Status.Should().Be("success");
        (await Task.WhenAll(new[] { first, urgent, second }.Select(id => TestRun.ReadAsync(_service.Database, id)))).Should().OnlyContain(run => run.Status == "success");
    }

    [Test]
    public async Task A_run_too_many_is_skipped_and_the_answer_says_so()
    {
        var key = await PutAsync("skips", "limit: 1, on_limit: skip");
        var first = await DispatchAsync(key, "ada");

        var answer = await _service.Client.PostAsJsonAsync("/api/runs", new { workflow_key = key });

        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        ((string?)body["status"], (string?)body["reason"]).Should().Be(
            ("cancelled", $"Skipped: as many runs of its key are open as config.concurrency allows (1), run {first} among them."));
        var skipped = await TestRun.ReadAsync(_service.Database, new RunId((Guid)body["workflow_run_id"]!));
        (skipped.Status, skipped.States, (string?)skipped.Error["message"]).Should().Be(("cancelled", "wait cancelled", (string?)body["reason"]));
        await CancelAsync(first);
        (await _service.Get<Dispatcher>().DispatchAsync(new DispatchRequest { WorkflowKey = key }, default)).Should().BeOfType<Dispatched>().Which.State.Should().Be(RunState.Pending);
    }

    [Test]
    public async Task The_oldest_run_is_cancelled_for_the_new_one_with_its_child_runs()
    {
        var child = await PutAsync("child_of_replaced", null);
        await _service.PutAsync($"key: replaces\nconfig: {{concurrency: {{limit: 1, on_limit: cancel_running}}}}\nsteps: [{{id: run, type: workflow, workflow_key: {child}}}]\n");
        var first = await DispatchAsync("replaces", "ada");
        await _service.UntilAsync(first, run => run["run"].WaitingFor == "workflow", "the child");

        var second = await DispatchAsync("replaces", "ada");

        var ended = await _service.EndAsync(first);
        (ended.Status, (string?)ended.Error["message"]).Should().Be(
            ("cancelled", $"Cancelled for run {second}: 1 of its key may be open (config.concurrency, on_limit: cancel_running)."));
        await _service.UntilAsync(second, run => run["run"].WaitingFor == "workflow", "the second's child");
        await Eventually.IsTrueAsync(() => _service.Database.ScalarAsync<bool>(
            $"select status = 'cancelled' from workflow_runs where parent_run_id = '{first}'"), "the first one's child to be cancelled");
        (await _service.Database.ScalarAsync<string>($"select status from workflow_runs where parent_run_id = '{second}'")).Should().NotBe("cancelled");
    }

    [Test]
    public async Task Many_dispatches_on_two_services_never_have_more_open_than_the_limit()
    {
        await using var other = await _service.StartAnotherAsync();
        await _service.PutAsync("""
            key: many
            config: { concurrency: { limit: 2 } }
            steps: [{ id: a, call: /many }, { id: b, type: transform, value: 1, depends_on: [a] }]
            """);
        var request = new DispatchRequest { WorkflowKey = "many" };
        var bulk = _service.Get<Dispatcher>().DispatchAllAsync([.. Enumerable.Repeat(request, 10)], default);
        var runs = (await Task.WhenAll(Enumerable.Range(0, 20).Select(n => (n % 2 == 0 ? _service : other).DispatchAsync(request))))
            .Concat((await bulk).Cast<Dispatched>().Select(one => one.Run)).ToArray();

        (await Task.WhenAll(runs.Select(run => _service.EndAsync(run)))).Should().OnlyContain(run => run.Status == "success");

        // Open together: both had started, and neither had ended.
        (await _service.Database.ScalarAsync<long>("""
            select max(n) from (select count(*) as n from workflow_runs a join workflow_runs b using (workflow_key)
              where a.workflow_key = 'many' and b.started_at <= a.started_at and b.finished_at > a.started_at group by a.workflow_run_id) c
            """)).Should().BeLessThanOrEqualTo(2);
    }

    [Test]
    public async Task A_failed_run_that_is_resumed_waits_for_a_slot_again()
    {
        _service.Target.On("/fails_once", (http, seen) => TargetServer.JsonAsync(http, _service.Target.RequestsTo(seen.Path).Count <= 1 ? 400 : 200, "{}"));
        await _service.PutAsync("""
            key: resumed
            config: { concurrency: { limit: 1 } }
            steps:
              - { id: call, call: /fails_once, when: inputs.user === 'ada' }
              - { id: wait, type: wait_for_event, event: go }
            """);
        var failed = await DispatchAsync("resumed", "ada");
        (await _service.EndAsync(failed)).Status.Should().Be("failed");
        var holder = await DispatchAsync("resumed", "bob");
        await _service.UntilAsync(holder, IsUnderWay, "the one that has the slot");

        (await _service.Client.PostAsync($"/api/runs/{failed}/resume", null)).EnsureSuccessStatusCode();

        var held = await _service.UntilAsync(failed, run => run.Status == "running", "the reopening");
        held.Steps.Values.Select(step => (step.Status, step.WaitingFor, step.Deliveries)).Should().AllBeEquivalentTo(("waiting", "slot:resumed", 0));
        await GoAsync(holder);
        await _service.UntilAsync(failed, run => run["call"].Status == "success" && IsUnderWay(run), "its slot");
        await GoAsync(failed);
        (await _service.EndAsync(failed)).Status.Should().Be("success");
    }

    [Test]
    public async Task A_run_that_is_reopened_while_its_key_is_looked_at_gets_its_slot()
    {
        using var go = new SemaphoreSlim(0);
        _service.Target.On("/meets", async (http, seen) =>
        {
            await go.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, _service.Target.RequestsTo(seen.Path).Count == 1 ? 400 : 200, "{}");
        });
        await _service.PutAsync("{ key: meets, config: { concurrency: { limit: 1 } }, steps: [{ id: call, call: /meets }] }");
        var id = await DispatchAsync("meets", "ada");
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Target.RequestsTo("/meets").Count == 1), "the first call");
        await using var key = await _service.Database.DataSource.OpenConnectionAsync();
        await using var keyIsLocked = await key.BeginTransactionAsync();
        await using var lockKey = new NpgsqlCommand(SqlText.Load("LockSlots"), key);
        lockKey.Parameters.Texts([DispatchRequest.DefaultTenant]).Texts(["meets"]);
        await lockKey.ExecuteNonQueryAsync();
        go.Release(2);
        await _service.EndAsync(id);
        await BlockedAsync("advisory"); // a look that is about to read that the run has failed

        await using var slot = await _service.Database.DataSource.OpenConnectionAsync();
        await using var slotIsLocked = await slot.BeginTransactionAsync();
        await new NpgsqlCommand($"select from run_slots where workflow_run_id = '{id}' for update", slot).ExecuteNonQueryAsync();
        var resumed = _service.Client.PostAsync($"/api/runs/{id}/resume", null);
        await BlockedAsync("transactionid"); // the reopening
        await keyIsLocked.CommitAsync();
        await BlockedAsync("tuple"); // the look, which has read, behind it
        await slotIsLocked.CommitAsync();

        (await resumed).EnsureSuccessStatusCode();
        (await _service.UntilAsync(id, run => run.Status == "success", "its second attempt"))["call"].Attempts.Should().Be(2);
    }

    [Test]
    public async Task A_paused_run_keeps_its_slot_and_one_in_line_gets_none()
    {
        var key = await PutAsync("pauses", "limit: 1");
        var (first, second, third) = (await DispatchAsync(key, "a"), await DispatchAsync(key, "b"), await DispatchAsync(key, "c"));
        await _service.UntilAsync(first, IsUnderWay, "the first");
        foreach (var run in new[] { first, second })
        {
            (await _service.Client.PostAsync($"/api/runs/{run}/pause", null)).EnsureSuccessStatusCode();
        }

        await _service.Get<RunSlots>().HealAsync(default);
        await _service.Get<RunSlots>().LookAsync(default);
        (await TestRun.ReadAsync(_service.Database, third))["wait"].WaitingFor.Should().Be("slot:pauses");
        await CancelAsync(first);
        await _service.UntilAsync(third, IsUnderWay, "the third, since the second is paused");
        (await _service.Client.PostAsync($"/api/runs/{second}/resume", null)).EnsureSuccessStatusCode();
        (await TestRun.ReadAsync(_service.Database, second))["wait"].WaitingFor.Should().Be("slot:pauses");
        await GoAsync(third);
        await _service.UntilAsync(second, IsUnderWay, "the second");
    }

    [Test]
    public async Task A_run_of_later_takes_no_slot_before_its_time()
    {
        var key = await PutAsync("later", "limit: 1");
        var later = await _service.DispatchAsync(new DispatchRequest { WorkflowKey = key, ScheduledAt = DateTime.UtcNow.AddHours(1) });
        var soon = await _service.DispatchAsync(new DispatchRequest { WorkflowKey = key, ScheduledAt = DateTime.UtcNow.AddMilliseconds(300) });
        (await WhyAsync(later, "wait")).Should().Contain("its run is to start at");

        await _service.UntilAsync(soon, IsUnderWay, "the one whose time has come");
        await _service.Database.ExecuteAsync($"update run_slots set due_at = now() where workflow_run_id = '{later}'");
        await GoAsync(soon);

        await _service.UntilAsync(later, IsUnderWay, "the other");
    }

    /// <summary>As recordings do: in another order, key by key, the two would wait for each other.</summary>
    [Test]
    public async Task A_look_at_several_keys_locks_their_runs_in_the_order_of_their_ids()
    {
        var later = new DispatchRequest { WorkflowKey = await PutAsync("order_b", "limit: 1"), ScheduledAt = DateTime.UtcNow.AddHours(1) };
        var first = await _service.DispatchAsync(later);
        var second = await _service.DispatchAsync(later with { WorkflowKey = await PutAsync("order_a", "limit: 1") });
        await using var other = await _service.Database.DataSource.OpenConnectionAsync();
        await using var recording = await other.BeginTransactionAsync();
        await new NpgsqlCommand($"select from workflow_runs where workflow_run_id = '{first}' for no key update", other).ExecuteNonQueryAsync();
        await _service.Database.ExecuteAsync($"update run_slots set due_at = now() where workflow_run_id in ('{first}', '{second}')");
        await BlockedAsync("transactionid"); // the look

        var isFree = () => new NpgsqlCommand($"select from workflow_runs where workflow_run_id = '{second}' for no key update nowait", other).ExecuteNonQueryAsync();

        await isFree.Should().NotThrowAsync();
        await recording.CommitAsync();
        await _service.UntilAsync(first, IsUnderWay, "its slot");
        await _service.UntilAsync(second, IsUnderWay, "its slot");
    }

    [Test]
    public async Task It_holds_for_the_library_in_its_own_transaction_and_what_was_told_to_nobody_is_found()
    {
        var key = await PutAsync("in_code", "limit: 1");
        var orchestrator = _service.Get<IOrchestrator>();
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var first = new RunId((await orchestrator.DispatchAsync(new RunRequest(key), transaction, default)).RunId);
        var second = new RunId((await orchestrator.DispatchAsync(new RunRequest(key), transaction, default)).RunId);
        await transaction.CommitAsync();
        await _service.UntilAsync(first, IsUnderWay, "the first");

        await _service.Database.ExecuteAsync($"delete from slot_changes; update workflow_runs set limited = null where workflow_run_id = '{first}'");
        await GoAsync(first);
        await _service.EndAsync(first);
        await _service.Get<RunSlots>().HealAsync(default);

        await _service.UntilAsync(second, IsUnderWay, "the second");
    }

    [TestCase("'{{ inputs.none }}'", "came to 0 characters; it has to have 1 to 200")]
    [TestCase("'{{ inputs.a.b.c }}'", "can't be evaluated")]
    public async Task A_key_that_comes_to_nothing_is_refused(string key, string problem)
    {
        await PutAsync("wrong_key", $"limit: 1, key: {key}");

        var outcome = await _service.Get<Dispatcher>().DispatchAsync(new DispatchRequest { WorkflowKey = "wrong_key" }, default);

        outcome.Should().BeOfType<DispatchRefused>().Which.Message.Should().Contain("config.concurrency.key " + problem);
    }

    private Task BlockedAsync(string kind) => Eventually.IsTrueAsync(
        () => _service.Database.ScalarAsync<bool>(
            $"select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and wait_event = '{kind}')"),
        $"somebody to wait for a lock ({kind})");

    private static bool IsUnderWay(TestRun run) => run["wait"].WaitingFor?.StartsWith("event", StringComparison.Ordinal) == true;

    private Task<string> PutAsync(string key, string? concurrency) => _service.PutAsync(
        $"key: {key}\n{(concurrency is null ? "" : $"config: {{concurrency: {{{concurrency}}}}}\n")}steps: [{{id: wait, type: wait_for_event, event: go}}]\n");

    private Task<RunId> DispatchAsync(string key, string user, int? priority = null) => _service.DispatchAsync(
        new DispatchRequest { WorkflowKey = key, Payload = Value.Object(("user", user)), Priority = priority });

    private async Task GoAsync(RunId run) => (await _service.Client.PostAsync($"/api/runs/{run}/signals/go", null)).EnsureSuccessStatusCode();

    private async Task CancelAsync(RunId run) => await _service.Get<RunControl>().GiveAsync(
        DispatchRequest.DefaultTenant, run, RunOrder.Cancel, new Orderer("test"), CancellationToken.None);

    private async Task<string?> WhyAsync(RunId run, string step) =>
        (string?)JsonNode.Parse(await _service.Client.GetStringAsync($"/api/runs/{run}/steps/{step}/why"))!["why"];
}
