using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Control;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Limits;

/// <summary>Runs that go on from others, or are opened again, keep to <c>config.concurrency</c> and <c>config.max_parallel</c>.</summary>
[TestFixture]
internal sealed class SlotsOfRestartsTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("from_the_start", """{}""")]
    [TestCase("from_a_step", """{"from_step": "wait"}""")]
    public async Task A_restart_waits_for_its_slot(string key, string wish)
    {
        var (old, holder) = await PutAsync(key);

        var run = await MakeAsync($"/api/runs/{old}/restart", wish);

        var waiting = await TestRun.ReadAsync(_service.Database, run);
        (waiting.Status, waiting.Steps.Values.Single(step => step.WaitingFor != "dependencies" && !step.HasEnded).WaitingFor).Should().Be(("pending", $"slot:{key}"));
        (await TestRun.ReadAsync(_service.Database, holder)).Status.Should().Be("running");
        await CancelAsync(holder);
        await _service.UntilAsync(run, IsUnderWay, "its turn");
        (await TestRun.ReadAsync(_service.Database, run))["first"].Attempts.Should().Be((short)(key == "from_a_step" ? 0 : 1));
        await GoAsync(run);
        (await _service.EndAsync(run)).Status.Should().Be("success");
    }

    [Test]
    public async Task Those_of_a_bulk_run_one_after_the_other()
    {
        var (_, holder) = await PutAsync("bulk");
        await CancelAsync(holder);
        var third = await DispatchAsync("bulk");
        await _service.UntilAsync(third, IsUnderWay, "the third");
        await CancelAsync(third);

        var answer = await _service.Client.PostAsJsonAsync("/api/runs/bulk", new { action = "restart", filter = new { workflow_key = "bulk" } });

        ((int?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["count"]).Should().Be(3);
        for (var left = 3; left > 0; left--)
        {
            var open = await Eventually.GetAsync(async () => await OpenAsync("bulk") is var runs && runs.Count(IsUnderWay) == 1 ? runs : null, "one to have its turn");
            open.Should().HaveCount(left);
            open.Where(run => !IsUnderWay(run)).Select(run => run["first"].WaitingFor).Should().AllBe("slot:bulk");
            await GoAsync(open.Single(IsUnderWay).Id);
            await _service.EndAsync(open.Single(IsUnderWay).Id);
        }
    }

    [Test]
    public async Task A_run_that_goes_back_to_a_snapshot_gets_in_line_behind_those_that_wait()
    {
        var (_, holder) = await PutAsync("back");
        var number = await TakeAsync(holder);
        var next = await DispatchAsync("back");

        var run = await MakeAsync($"/api/runs/{holder}/snapshots/{number}/restore", null);

        (await _service.EndAsync(holder)).Status.Should().Be("cancelled");
        await _service.UntilAsync(next, IsUnderWay, "the one that was in line");
        (await TestRun.ReadAsync(_service.Database, run))["wait"].WaitingFor.Should().Be("slot:back");
        await CancelAsync(next);
        await _service.UntilAsync(run, IsUnderWay, "its turn");
        (await TestRun.ReadAsync(_service.Database, run))["first"].Attempts.Should().Be(0, "it is taken over");
        await CancelAsync(run);
    }

    [Test]
    public async Task A_restart_too_many_is_skipped_and_a_run_takes_its_own_slot_over()
    {
        var (old, holder) = await PutAsync("skips", "skip");

        var skipped = await _service.EndAsync(await MakeAsync($"/api/runs/{old}/restart", """{"from_step": "wait"}"""));
        var back = await MakeAsync($"/api/runs/{holder}/snapshots/{await TakeAsync(holder)}/restore", null);

        ((string)skipped.Error["message"]!).Should().StartWith("Skipped: ").And.EndWith($"run {holder} among them.");
        skipped.States.Should().Be("first success, wait cancelled");
        await _service.UntilAsync(back, IsUnderWay, "the restored run");
        await CancelAsync(back);
    }

    [Test]
    public async Task A_restart_takes_the_slot_of_the_old_one()
    {
        var (old, holder) = await PutAsync("takes", "cancel_running");

        var run = await MakeAsync($"/api/runs/{old}/restart", """{"from_step": "wait"}""");

        (await _service.EndAsync(holder)).Status.Should().Be("cancelled");
        await _service.UntilAsync(run, IsUnderWay, "the restart");
        await CancelAsync(run);
    }

    [Test]
    public async Task Nothing_of_a_run_that_is_in_line_again_starts_by_another_decision()
    {
        await _service.PutAsync("""
            key: decided
            config: { concurrency: { limit: 1 } }
            steps:
              - { id: wait, type: wait_for_event, event: go, when: inputs.holds === true }
              - { id: one, type: transform, value: variables.a.b.c, when: inputs.holds !== true }
              - { id: two, type: transform, value: variables.a.b.c, when: inputs.holds !== true, depends_on: [one], join: all_done }
            """);
        var failed = await DispatchAsync("decided");
        (await _service.EndAsync(failed)).States.Should().Be("wait skipped, one dead, two dead");
        var holder = await _service.DispatchAsync(new DispatchRequest { WorkflowKey = "decided", Payload = Value.Object(("holds", true)) });
        await _service.UntilAsync(holder, IsUnderWay, "the one that has the slot");

        foreach (var step in new[] { "two", "one" })
        {
            (await _service.Client.PostAsync($"/api/runs/{failed}/steps/{step}/retry", null)).EnsureSuccessStatusCode();
            (await TestRun.ReadAsync(_service.Database, failed))[step].WaitingFor.Should().Be("slot:decided");
        }

        await GoAsync(holder);
        var ended = await _service.EndAsync(failed);
        (ended["one"].Attempts, ended["two"].Attempts).Should().Be(((short)2, (short)2), "each has another attempt once there is a slot");
    }

    [Test]
    public async Task What_is_under_way_in_a_reopened_run_starts_nothing_before_the_run_has_its_slot()
    {
        var (failed, holder, go) = await ReopenAsync("over", """
            - { id: slow, call: /slow, when: inputs.holds !== true }
            - { id: call, call: /after, depends_on: [slow] }
            - { id: value, type: transform, value: 1, depends_on: [slow] }
            - { id: delay, type: delay, ms: 1, depends_on: [slow] }
            """);

        go.Release();

        var held = await _service.UntilAsync(failed, run => run["slow"].Status == "success", "the end of what was under way");
        held.Status.Should().Be("running");
        held.Steps.Values.Where(step => !step.HasEnded).Select(step => (step.StepId, step.Status, step.WaitingFor, step.HangfireState, step.Deliveries))
            .Should().BeEquivalentTo(new[] { "dies", "call", "value", "delay" }.Select(step => (step, "waiting", "slot:over", "Awaiting", 0)));
        await GoAsync(holder);
        (await _service.EndAsync(failed)).States.Should().Be("wait skipped, dies success, slow success, call success, value success, delay success");
        _service.Target.RequestsTo("/after").Should().ContainSingle();
    }

    [Test]
    public async Task A_pass_under_way_in_a_reopened_run_is_followed_by_none_before_the_run_has_its_slot()
    {
        var (failed, holder, go) = await ReopenAsync("passes", """
            - { id: again, type: loop, max_iterations: 2, when: inputs.holds !== true, steps: [{ id: slow, call: /slow }] }
            """);

        go.Release(2);

        var held = await _service.UntilAsync(failed, run => run["again[0].slow"].HasEnded, "the end of what was under way");
        held["again"].Should().Match<TestStep>(step => step.WaitingFor == "slot:passes" && step.HangfireState == "Awaiting" && step.Deliveries == 0);
        await GoAsync(holder);
        (await _service.EndAsync(failed)).States.Should().Be("wait skipped, dies success, again success, again[0].slow success, again[1].slow success");
    }

    [Test]
    public async Task No_more_steps_of_a_restart_are_under_way_than_may_be()
    {
        var busy = new BusyTarget(_service.Target, "/busy");
        var old = await _service.RunAsync("""
            key: narrow
            config: { max_parallel: 2 }
            steps:
              - { id: first, type: transform, value: 1 }
              - { id: a, call: /busy, depends_on: [first] }
              - { id: b, call: /busy, depends_on: [first] }
              - { id: c, call: /busy, depends_on: [first] }
              - id: all
                type: for_each
                items: "[1, 2, 3]"
                depends_on: [first]
                steps: [{ id: d, call: /busy }]
              - { id: end, type: transform, value: 1, depends_on: [a, b, c, all] }
            """);
        busy.Most = 0;

        foreach (var wish in new[] { """{"from_step": "first"}""", """{"from_step": "all[1].d"}""", "{}" })
        {
            (await _service.EndAsync(await MakeAsync($"/api/runs/{old.Id}/restart", wish))).Status.Should().Be("success");
        }

        busy.Most.Should().BeInRange(1, 2);
        (await _service.Database.ScalarAsync<long>("select count(*) from job_queue where has_place is not null")).Should().Be(0);
    }

    private static bool IsUnderWay(TestRun run) => run["wait"].WaitingFor == "event";

    /// <summary>A workflow of one slot, a run that was cancelled midway, and one that has the slot and waits.</summary>
    private async Task<(RunId Old, RunId Holder)> PutAsync(string key, string onLimit = "queue")
    {
        await _service.PutAsync($$"""
            key: {{key}}
            config: { concurrency: { limit: 1, on_limit: {{onLimit}} } }
            steps:
              - { id: first, type: transform, value: 1 }
              - { id: wait, type: wait_for_event, event: go, depends_on: [first] }
            """);
        var old = await DispatchAsync(key);
        await _service.UntilAsync(old, IsUnderWay, "the first");
        await CancelAsync(old);
        var holder = await DispatchAsync(key);
        await _service.UntilAsync(holder, IsUnderWay, "the one that has the slot");
        return (old, holder);
    }

    private Task<RunId> DispatchAsync(string key) => _service.DispatchAsync(new DispatchRequest { WorkflowKey = key });

    /// <summary>
    /// A run that failed while its call of /slow was under way and was then opened again, and one that has the slot meanwhile.
    /// The call is answered when the caller says go.
    /// </summary>
    private async Task<(RunId Failed, RunId Holder, SemaphoreSlim Go)> ReopenAsync(string key, string steps)
    {
        var (go, isUnderWay) = (new SemaphoreSlim(0), new TaskCompletionSource());
        _service.Target.On("/slow", async (http, _) =>
        {
            isUnderWay.TrySetResult();
            await go.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, 200, "{}");
        });
        _service.Target.On($"/dies_{key}", async (http, seen) =>
        {
            await isUnderWay.Task;
            await TargetServer.JsonAsync(http, _service.Target.RequestsTo(seen.Path).Count == 1 ? 400 : 200, "{}");
        });
        await _service.PutAsync($$"""
            key: {{key}}
            config: { concurrency: { limit: 1 } }
            steps:
            - { id: wait, type: wait_for_event, event: go, when: inputs.holds === true }
            - { id: dies, call: /dies_{{key}}, when: inputs.holds !== true }
            {{steps}}
            """);
        var failed = await DispatchAsync(key);
        await _service.UntilAsync(failed, run => run.Status == "failed", "the failure");
        var holder = await _service.DispatchAsync(new DispatchRequest { WorkflowKey = key, Payload = Value.Object(("holds", true)) });
        await _service.UntilAsync(holder, IsUnderWay, "the one that has the slot");
        (await _service.Client.PostAsync($"/api/runs/{failed}/steps/dies/retry", null)).EnsureSuccessStatusCode();
        return (failed, holder, go);
    }

    private async Task<RunId> MakeAsync(string path, string? wish)
    {
        using var body = wish is null ? null : new StringContent(wish, System.Text.Encoding.UTF8, "application/json");
        using var answer = await _service.Client.PostAsync(path, body);
        answer.EnsureSuccessStatusCode();
        return new RunId((Guid)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["workflow_run_id"]!);
    }

    private async Task<int> TakeAsync(RunId run)
    {
        using var answer = await _service.Client.PostAsync($"/api/runs/{run}/snapshots", null);
        return (int)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["number"]!;
    }

    private async Task GoAsync(RunId run) => (await _service.Client.PostAsync($"/api/runs/{run}/signals/go", null)).EnsureSuccessStatusCode();

    private async Task CancelAsync(RunId run)
    {
        await _service.Get<RunControl>().GiveAsync(DispatchRequest.DefaultTenant, run, RunOrder.Cancel, new Orderer("test"), CancellationToken.None);
        await _service.EndAsync(run);
    }

    private async Task<List<TestRun>> OpenAsync(string key)
    {
        var ids = await _service.Database.ScalarAsync<Guid[]>(
            $"select coalesce(array_agg(workflow_run_id order by workflow_run_id), '{{}}') from workflow_runs where workflow_key = '{key}' and finished_at is null");
        return [.. await Task.WhenAll(ids.Select(id => TestRun.ReadAsync(_service.Database, new RunId(id))))];
    }
}
