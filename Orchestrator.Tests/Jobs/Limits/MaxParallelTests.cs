using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Limits;

/// <summary>Only so many steps of a run are under way at a time (<c>config.max_parallel</c>).</summary>
[TestFixture]
internal sealed class MaxParallelTests
{
    private TestService _service = null!;
    private BusyTarget _busy = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        _busy = new BusyTarget(_service.Target, "/busy");
    }

    [SetUp]
    public void Forget() => _busy.Most = 0;

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Steps_that_depend_on_nothing_start_as_places_are_free()
    {
        await using var other = await _service.StartAnotherAsync();
        var run = await _service.RunAsync(
            "key: wide\nconfig: {max_parallel: 2}\nsteps:\n" + string.Concat(Enumerable.Range(0, 12).Select(n => $"  - {{id: s{n}, call: /busy}}\n")));

        run.Status.Should().Be("success");
        _busy.Most.Should().BeInRange(1, 2);
        (await LeftAsync()).Should().Be(0);
    }

    [Test]
    public async Task It_holds_inside_of_loops_lists_and_side_by_side_and_what_waits_takes_no_place()
    {
        var run = await _service.RunAsync("""
            key: nested
            config: { max_parallel: 2 }
            steps:
              - { id: pause, type: delay, ms: 50 }
              - { id: later, call: /busy, depends_on: [pause] }
              - id: all
                type: for_each
                items: "[1, 2, 3]"
                steps:
                  - { id: both, type: parallel, steps: [{ id: a, call: /busy }, { id: b, call: /busy }] }
                  - { id: c, call: /busy, depends_on: [both] }
              - { id: passes, type: loop, condition: iteration < 3, steps: [{ id: d, call: /busy }] }
              - { id: sum, type: transform, value: "results.all.length", depends_on: [all, passes] }
            """);

        run.Status.Should().Be("success", run.Row.Error);
        _busy.Most.Should().BeInRange(1, 2);
    }

    [Test]
    public async Task A_step_that_fails_keeps_its_place_until_others_run_in_its_stead()
    {
        _service.Target.On("/fails", (http, _) => TargetServer.JsonAsync(http, 503, "{}"));
        var run = await _service.RunAsync("""
            key: fails
            config: { max_parallel: 1 }
            steps:
              - { id: one, call: /fails, retry: { max_attempts: 2, delay_ms: 1 }, on_failure: { strategy: alternative, step: other } }
              - { id: two, call: /busy }
              - { id: three, call: /fails, retry: { max_attempts: 1 }, on_failure: skip }
              - { id: other, call: /busy }
              - { id: last, call: /busy, depends_on: [one, two, three] }
            """);

        run.Status.Should().Be("success", run.Row.Error);
        _busy.Most.Should().Be(1);
    }

    [Test]
    public async Task What_is_cancelled_gives_its_place_to_others()
    {
        _service.Target.On("/hangs", async (http, _) => await Task.Delay(Timeout.Infinite, http.RequestAborted));
        var run = await _service.RunAsync("""
            key: cancelled
            config: { max_parallel: 2 }
            steps:
              - id: first
                type: race
                steps: [{ id: slow, call: /hangs }, { id: slower, call: /hangs }, { id: timer, type: delay, ms: 100 }, { id: never, call: /hangs }]
              - { id: outside, call: /busy }
              - { id: last, call: /busy, depends_on: [first, outside] }
            """);

        run.Status.Should().Be("success", run.Row.Error);
        run["outside"].Status.Should().Be("success");
    }

    [Test]
    public async Task A_run_that_is_opened_again_keeps_to_it()
    {
        _service.Target.On("/once", (http, seen) => TargetServer.JsonAsync(http, _service.Target.RequestsTo(seen.Path).Count <= 1 ? 400 : 200, "{}"));
        var id = await _service.StartRunAsync(
            "key: again\nconfig: {max_parallel: 1}\nsteps:\n  - {id: first, call: /once}\n" + string.Concat(Enumerable.Range(0, 6).Select(n => $"  - {{id: s{n}, call: /busy}}\n")));
        (await _service.EndAsync(id)).Status.Should().Be("failed");

        (await _service.Client.PostAsync($"/api/runs/{id}/resume", null)).EnsureSuccessStatusCode();

        await _service.UntilAsync(id, run => run.Status == "success", "the run to succeed");
        _busy.Most.Should().Be(1);
        (await _service.EndAsync(id))["first"].Attempts.Should().Be(2);
    }

    [TestCase("escalate", false)]
    [TestCase("escalate", true)]
    [TestCase("abort", false)]
    public async Task A_step_that_is_retried_waits_for_its_place_as_any_other(string onFailure, bool isAborted)
    {
        var goes = new TaskCompletionSource();
        var path = $"/retried_{onFailure}_{isAborted}";
        _service.Target.On(path, (http, seen) => TargetServer.JsonAsync(http, _service.Target.RequestsTo(seen.Path).Count <= 1 ? 400 : 200, "{}"));
        _service.Target.On($"{path}/other", async (http, _) =>
        {
            await goes.Task;
            await TargetServer.JsonAsync(http, 200, "{}");
        });
        var id = await _service.StartRunAsync($$"""
            key: retried
            config: { max_parallel: 1 }
            steps:
              - { id: first, call: {{path}}, on_failure: {{onFailure}} }
              - { id: tidy, call: {{path}}/other, depends_on: [first], join: all_done }
              - { id: other, call: {{path}}/other }
            """);
        await UntilAsync(step => step.WaitingFor == "decision" || step.Status == "dead");
        if (isAborted)
        {
            (await _service.Client.PostAsync($"/api/runs/{id}/steps/first/abort", null)).EnsureSuccessStatusCode();
            await UntilAsync(step => step.Status == "dead");
        }

        var old = (await TestRun.ReadAsync(_service.Database, id))["first"].HangfireJobId;

        (await _service.Client.PostAsync($"/api/runs/{id}/steps/first/retry", null)).EnsureSuccessStatusCode();

        var held = (await TestRun.ReadAsync(_service.Database, id))["first"];
        goes.SetResult();
        var run = await _service.EndAsync(id);
        (held.Status, held.WaitingFor, held.HangfireJobId).Should().Be(("waiting", "max_parallel", null));
        (run.Status, run["first"].Attempts, run["first"].HangfireState).Should().Be(("success", (short)2, "Succeeded"), run.Row.Error);
        (await _service.Database.ScalarAsync<string>($"select statename from hangfire.job where id = {old}")).Should().Be("Deleted");

        Task UntilAsync(Func<TestStep, bool> first) => _service.UntilAsync(
            id, run => first(run["first"]) && new[] { run["tidy"], run["other"] }.Any(step => step.Status is "queued" or "running"), "another to have the place");
    }

    [Test]
    public async Task It_says_who_is_under_way()
    {
        _service.Target.On("/hangs", async (http, _) => await Task.Delay(Timeout.Infinite, http.RequestAborted));
        var id = await _service.StartRunAsync("{ key: asked, config: { max_parallel: 1 }, steps: [{ id: a, call: /hangs }, { id: b, call: /busy }, { id: c, call: /busy }] }");
        await _service.UntilAsync(id, run => run["a"].Status == "running", "the first");

        var why = await Task.WhenAll(new[] { "b", "c" }.Select(async step => (string?)JsonNode.Parse(await _service.Client.GetStringAsync($"/api/runs/{id}/steps/{step}/why"))!["why"]));

        why.Should().Equal(
            "Step 'b' is waiting: as many steps of its run are under way as config.max_parallel allows, 'a', and it is next.",
            "Step 'c' is waiting: as many steps of its run are under way as config.max_parallel allows, 'a', and 1 step is before it.");
        await _service.Client.PostAsync($"/api/runs/{id}/cancel", null);
        await _service.EndAsync(id);
    }

    private Task<long> LeftAsync() => _service.Database.ScalarAsync<long>("select count(*) from job_queue where has_place is not null");
}
