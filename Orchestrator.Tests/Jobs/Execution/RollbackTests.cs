using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>A step that fails undoes what came before it.</summary>
public sealed class RollbackTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        _service.Target.Answer = (http, seen) => seen.Path.Contains("bad", StringComparison.Ordinal)
            ? TargetServer.JsonAsync(http, 400, """{"ok": false, "error": "declined"}""")
            : TargetServer.JsonAsync(http, 200, $$"""{"ok": true, "id": "{{seen.Path}}"}""");
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task What_has_ended_well_is_undone_the_newest_first_with_its_result_and_the_error()
    {
        var run = await _service.RunAsync("""
            key: trip
            steps:
              - { id: flight, call: /trip/flight, compensate: no_flight }
              - { id: hotel, call: /trip/hotel, compensate: no_hotel, depends_on: [flight] }
              - { id: car, call: /trip/car, when: "false", compensate: no_car, depends_on: [hotel] }
              - { id: pay, call: /trip/bad, on_failure: rollback, depends_on: [hotel] }
              - { id: after, type: transform, value: 1, depends_on: [pay] }
              - { id: no_flight, call: /trip/no/flight, body: { was: "{{ results.flight.id }}", error: "{{ error.message }}" } }
              - { id: no_hotel, call: /trip/no/hotel, body: { was: "{{ results.hotel.id }}" } }
              - { id: no_car, call: /trip/no/car }
            """);

        run.Status.Should().Be("failed");
        ((string)run.Error["step_id"]!, run["pay"].Status, run["after"].Status).Should().Be(("pay", "dead", "cancelled"));
        ((string)run.Error["message"]!).Should().Contain("declined").And.NotContain("undone");
        var undone = _service.Target.Requests.Where(request => request.Path.StartsWith("/trip/no/", StringComparison.Ordinal)).ToArray();
        undone.Select(request => request.Path).Should().Equal("/trip/no/hotel", "/trip/no/flight");
        JsonNode.Parse(undone[1].Body)!["was"]!.GetValue<string>().Should().Be("/trip/flight");
        JsonNode.Parse(undone[1].Body)!["error"]!.GetValue<string>().Should().Contain("declined");
    }

    [Test]
    public async Task A_compensation_that_fails_is_named_and_the_others_run()
    {
        var run = await _service.RunAsync("""
            key: half
            steps:
              - { id: one, call: /half/one, compensate: undo_one }
              - { id: two, call: /half/two, compensate: undo_two, depends_on: [one] }
              - { id: three, call: /half/bad, on_failure: rollback, depends_on: [two] }
              - { id: undo_one, call: /half/undo-one }
              - { id: undo_two, call: /half/undo-two-bad, retry: { max_attempts: 1 } }
            """);

        (run["undo_one"].Status, run["undo_two"].Status, run["three"].Status).Should().Be(("success", "dead", "dead"));
        ((string)run.Error["message"]!).Should().Contain("not undone: undo_two:");
    }

    [Test]
    public async Task Only_the_steps_that_are_named_are_undone()
    {
        var run = await _service.RunAsync("""
            key: named
            steps:
              - { id: one, type: transform, value: 1, compensate: undo_one }
              - { id: two, type: transform, value: 2, compensate: undo_two }
              - { id: three, call: /named/bad, on_failure: { strategy: rollback, steps: [one] }, depends_on: [one, two] }
              - { id: undo_one, type: transform, value: results.one }
              - { id: undo_two, type: transform, value: results.two }
            """);

        run.Steps.Keys.Should().Contain("undo_one").And.NotContain("undo_two");
        run["undo_one"].Output.Should().Be("1");
    }

    [Test]
    public async Task A_step_of_an_item_undoes_what_is_in_its_item_and_around_it()
    {
        var run = await _service.RunAsync("""
            key: inner-undo
            steps:
              - { id: outer, type: transform, value: "'o'", compensate: undo_outer }
              - id: process
                type: for_each
                items: "[1]"
                depends_on: [outer]
                steps:
                  - { id: make, type: transform, value: item, compensate: undo_make }
                  - { id: check, call: /inner/bad, on_failure: rollback, depends_on: [make] }
              - { id: undo_outer, type: transform, value: results.outer }
              - { id: undo_make, type: transform, value: results.make }
            """);

        run.Status.Should().Be("failed");
        (run["process[0].undo_make"].Output, run["undo_outer"].Output).Should().Be(("1", "\"o\""));
    }

    [Test]
    public async Task What_was_undone_can_not_be_retried()
    {
        var run = await _service.RunAsync("""
            key: final
            steps:
              - { id: one, type: transform, value: 1, compensate: undo }
              - { id: two, call: /final/bad, on_failure: rollback, depends_on: [one] }
              - { id: undo, type: transform, value: 2 }
            """);
        using var answer = await _service.Client.PostAsync($"/api/jobs/{run.Id.Job(1)}/retry", null);

        ((int)answer.StatusCode).Should().Be(409);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("has been undone");
    }

    [Test]
    public async Task A_compensation_that_failed_is_retried_while_another_runs_and_the_rollback_waits_for_both()
    {
        var (gone, go, last) = (true, new TaskCompletionSource(), new TaskCompletionSource());
        _service.Target.On("/again/refund", async (http, _) =>
        {
            await (gone ? Task.CompletedTask : last.Task);
            await TargetServer.JsonAsync(http, gone ? 400 : 200, "{}");
        });
        _service.Target.On("/again/slow", async (http, _) =>
        {
            await go.Task;
            await TargetServer.JsonAsync(http, 200, "{}");
        });
        var id = await _service.StartRunAsync("""
            key: again
            steps:
              - { id: one, type: transform, value: 1, compensate: slow }
              - { id: pay, type: transform, value: 1, compensate: refund, depends_on: [one] }
              - id: bad
                type: parallel
                steps: [{ id: inside, call: /again/bad }, { id: beside, type: delay, ms: 600000 }]
                on_failure: rollback
                depends_on: [pay]
              - { id: refund, call: /again/refund }
              - { id: slow, call: /again/slow }
            """);
        await _service.UntilAsync(id, run => run.Steps.ContainsKey("slow") && run["slow"].Status == "running", "the second compensation runs");
        gone = false;
        using var answer = await _service.Client.PostAsync($"/api/runs/{id}/steps/refund/retry", null);
        using var inside = await _service.Client.PostAsync($"/api/runs/{id}/steps/inside/retry", null);
        await _service.UntilAsync(id, run => run["refund"].Status == "running", "it is tried again");
        go.SetResult();
        await _service.UntilAsync(id, run => run["slow"].Status == "success", "the other is done");
        last.SetResult();
        var run = await _service.EndAsync(id);

        ((int)answer.StatusCode, (int)inside.StatusCode).Should().Be((200, 409));
        (await inside.Content.ReadAsStringAsync()).Should().Contain("has been undone");
        run["refund"].Status.Should().Be("success");
        (run.Status, run["slow"].Status, run["bad"].Status, run["beside"].Status).Should().Be(("failed", "success", "dead", "cancelled"));
        ((string)run.Error["message"]!).Should().NotContain("not undone");
    }

    [Test]
    public async Task What_a_turn_took_that_died_before_it_opened_it_is_undone_next_and_once()
    {
        var go = new TaskCompletionSource();
        _service.Target.On("/taken/undo-three", async (http, _) =>
        {
            await go.Task;
            await TargetServer.JsonAsync(http, 200, "{}");
        });
        var id = await _service.StartRunAsync("""
            key: taken
            steps:
              - { id: one, type: transform, value: 1, compensate: undo_one }
              - { id: two, type: transform, value: 2, compensate: undo_two, depends_on: [one] }
              - { id: three, type: transform, value: 3, compensate: undo_three, depends_on: [two] }
              - { id: bad, call: /taken/bad, on_failure: rollback, depends_on: [three] }
              - { id: undo_one, call: /taken/undo-one }
              - { id: undo_two, call: /taken/undo-two }
              - { id: undo_three, call: /taken/undo-three }
            """);
        await _service.UntilAsync(id, run => run.Steps.ContainsKey("undo_three") && run["undo_three"].Status == "running", "the first compensation runs");

        // As if the next turn had taken step one.
        await _service.Database.ScalarAsync<int>(
            $"with u as (update step_progress set data = jsonb_set(data, '{{undone}}', (data -> 'undone') || '0') where data ? 'undone' and job_id > '{id.Value}' and job_id <= '{id.LastJob.Value}' returning 1) select count(*)::int from u");
        go.SetResult();
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("failed");
        _service.Target.Requests.Where(request => request.Path.StartsWith("/taken/undo", StringComparison.Ordinal)).Select(request => request.Path)
            .Should().Equal("/taken/undo-three", "/taken/undo-one", "/taken/undo-two");
    }

    [Test]
    public async Task A_rollback_that_the_end_of_the_runs_time_interrupts_goes_on_when_the_run_is_resumed()
    {
        var go = new TaskCompletionSource();
        _service.Target.On("/late/undo-two", async (http, _) =>
        {
            await go.Task;
            await TargetServer.JsonAsync(http, 200, "{}");
        });
        var id = await _service.StartRunAsync("""
            key: late
            steps:
              - { id: one, type: transform, value: 1, compensate: undo_one }
              - { id: two, type: transform, value: 2, compensate: undo_two, depends_on: [one] }
              - { id: bad, call: /late/bad, on_failure: rollback, depends_on: [two] }
              - { id: undo_one, call: /late/undo-one }
              - { id: undo_two, call: /late/undo-two }
            """);
        await _service.UntilAsync(id, run => run.Steps.GetValueOrDefault("undo_two")?.Status == "running", "the first compensation runs");
        await _service.Database.ScalarAsync<int>(
            $"with u as (update workflow_runs set timeout_ms = 1, deadline_at = clock_timestamp() where workflow_run_id = '{id.Value}' returning 1) select count(*)::int from u");
        var late = await _service.EndAsync(id);
        await _service.Database.ScalarAsync<int>(
            $"with u as (update workflow_runs set timeout_ms = 300000 where workflow_run_id = '{id.Value}' returning 1) select count(*)::int from u");
        using var answer = await _service.Client.PostAsync($"/api/runs/{id}/resume", null);
        go.SetResult();
        var run = await _service.EndAsync(id);

        (late.Status, late["bad"].Status, late.Steps.ContainsKey("undo_one")).Should().Be(("failed", "cancelled", false));
        ((string)late.Error["message"]!).Should().Contain("while step 'bad' undid what came before it. Resume the run");
        ((string)late.Error["step_id"]!).Should().Be("bad");
        ((int)answer.StatusCode).Should().Be(200, "{0}", await answer.Content.ReadAsStringAsync());
        (run.Status, run["undo_two"].Status, run["undo_one"].Status, run["bad"].Status).Should().Be(("failed", "success", "success", "dead"));
        ((string)run.Error["step_id"]!).Should().Be("bad");
    }

    [Test]
    public async Task Of_two_that_fail_at_the_same_moment_one_undoes_and_the_other_waits_for_it()
    {
        var (both, undone) = (new TaskCompletionSource(), new TaskCompletionSource());
        var failing = 0;
        _service.Target.On("/twice/fail", async (http, _) =>
        {
            if (Interlocked.Increment(ref failing) == 2)
            {
                both.SetResult();
            }

            await both.Task;
            await TargetServer.JsonAsync(http, 400, "{}");
        });
        _service.Target.On("/twice/undo", async (http, _) =>
        {
            await undone.Task;
            await TargetServer.JsonAsync(http, 200, "{}");
        });
        var id = await _service.StartRunAsync("""
            key: twice
            steps:
              - { id: made, call: /twice/made, compensate: undo }
              - { id: a, call: /twice/fail, on_failure: rollback, depends_on: [made] }
              - { id: b, call: /twice/fail, on_failure: rollback, depends_on: [made] }
              - { id: undo, call: /twice/undo }
            """);

        // Both have looked for what to undo: one has a compensation under way, the other looks again after a while.
        await _service.UntilAsync(
            id, run => run.Steps.ContainsKey("undo") && new[] { "a", "b" }.All(step => run[step].WaitingFor == "rollback")
                && new[] { "a", "b" }.Count(step => run[step].NextRunAt is not null) == 1, "one waits for the other");
        undone.SetResult();
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("failed");
        _service.Target.RequestsTo("/twice/undo").Should().ContainSingle();
        run["undo"].Status.Should().Be("success");
    }
}
