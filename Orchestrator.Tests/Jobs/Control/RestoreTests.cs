using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Control;

/// <summary>Snapshots by the clock, and runs that go back to one.</summary>
[TestFixture]
internal sealed class RestoreTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync(options => options.KeptSnapshots = 2);

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task An_open_run_goes_back_in_a_new_one_and_its_children_end_with_it()
    {
        await _service.PutAsync("{ key: child, config: { timeout_ms: 3600000 }, steps: [{ id: nap, type: delay, ms: 3600000 }] }");
        var old = await _service.StartRunAsync("""
            key: parent
            variables: { n: 1 }
            steps:
              - { id: one, type: transform, value: 1, set: { n: 2 } }
              - { id: go, type: wait_for_event, event: go, depends_on: [one] }
              - id: loop
                type: loop
                depends_on: [go]
                max_iterations: 3
                steps:
                  - { id: call, type: http, call: /call }
                  - { id: hold, type: wait_for_event, event: hold, depends_on: [call], set: { n: 3 } }
              - { id: sub, type: workflow, workflow_key: child, depends_on: [loop] }
            """);
        await _service.UntilAsync(old, run => run["go"].WaitingFor == "event", "the wait");
        await SignalAsync(old, "go");
        await HeldAsync(old, 0);
        await SignalAsync(old, "hold");
        await HeldAsync(old, 1);
        var number = await TakeAsync(old);
        await SignalAsync(old, "hold");
        await HeldAsync(old, 2);
        await SignalAsync(old, "hold");
        var child = await Eventually.GetAsync(
            async () => (await _service.Client.GetFromJsonAsync<JsonNode>($"/api/runs?parent={old}"))!["items"]!.AsArray().Select(run => (string?)run!["workflow_run_id"]).FirstOrDefault(), "the child") is var found ? new RunId(Guid.Parse(found)) : default;
        await _service.UntilAsync(child, run => run["nap"].WaitingFor == "timer", "its delay");
        var calls = _service.Target.Requests.Count;

        var (status, answer) = await RestoreAsync(old, number);
        var restored = new RunId((Guid)answer["workflow_run_id"]!);
        var run = await HeldAsync(restored, 1);
        (await _service.EndAsync(old)).Status.Should().Be("cancelled");
        (await _service.EndAsync(child)).Status.Should().Be("cancelled");

        (status, (string?)answer["restarted_from"], run.Row.Trigger).Should().Be((HttpStatusCode.Accepted, old.ToString(), "restart"));
        run.States.Should().StartWith("one success, go success, loop waiting, sub waiting, loop[0].call success, loop[0].hold success, loop[1].call success, loop[1].hold waiting");
        run.Steps.Should().HaveCount(8);
        run.Row.Variables.Should().Be("""{"n": 3}""");
        _service.Target.Requests.Count.Should().Be(calls, "the call of the second pass had ended");
        await SignalAsync(restored, "hold");
        await HeldAsync(restored, 2);
        _service.Target.Requests[^1].Key.Should().Be($"{restored}:loop[2].call:0");
        await _service.Client.PostAsync($"/api/runs/{restored}/cancel", null);
    }

    [Test]
    public async Task What_the_snapshot_does_not_hold_is_done_again_and_a_snapshot_of_an_end_has_nothing_to_do()
    {
        var old = await _service.StartRunAsync("""
            key: halfway
            steps:
              - { id: one, type: http, call: /one }
              - { id: go, type: wait_for_event, event: go, depends_on: [one] }
              - { id: two, type: http, call: /two, depends_on: [go] }
            """);
        await _service.UntilAsync(old, run => run["go"].WaitingFor == "event", "the wait");
        await TakeAsync(old);
        await SignalAsync(old, "go");
        (await _service.EndAsync(old)).Status.Should().Be("success");
        await TakeAsync(old);

        var (status, answer) = await RestoreAsync(old, 1);
        var (again, replayed) = await RestoreAsync(old, 2);
        var restored = new RunId((Guid)answer["workflow_run_id"]!);
        await SignalAsync(restored, "go");
        var run = await _service.EndAsync(restored);

        (status, run.Status, run["one"].Attempts).Should().Be((HttpStatusCode.Accepted, "success", (short)0));
        _service.Target.Requests.Where(request => request.Path == "/two").Select(request => request.Key).Should().Equal($"{old}:two:0", $"{restored}:two:0");
        (again, (string)replayed["detail"]!).Should().Match<(HttpStatusCode Status, string Detail)>(one => one.Status == HttpStatusCode.Conflict && one.Detail.StartsWith("Everything in it had ended"));
        (await RestoreAsync(old, 3)).Status.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task Snapshots_are_taken_by_the_clock_once_and_the_newest_are_kept()
    {
        await using var other = await _service.StartAnotherAsync(options => options.KeptSnapshots = 2);
        var id = await _service.StartRunAsync("""
            key: by_clock
            config: { snapshot_interval_ms: 3600000 }
            steps: [{ id: wait, type: delay, ms: 3600000 }]
            """);
        await _service.UntilAsync(id, run => run["wait"].WaitingFor == "timer", "the timer");
        await TakeAsync(id);
        for (var number = 2; number <= 4; number++)
        {
            await _service.Database.ExecuteAsync($"update orchestrator.workflow_runs set snapshot_at = now() where workflow_run_id = '{id}'");
            await Eventually.GetAsync(async () => (await NumbersAsync(id)).FirstOrDefault() == number ? "taken" : null, $"snapshot {number}");
        }

        (await NumbersAsync(id)).Should().Equal(4, 3, 1);
        await _service.Client.PostAsync($"/api/runs/{id}/cancel", null);
        await _service.Database.ExecuteAsync($"update orchestrator.workflow_runs set snapshot_at = now() where workflow_run_id = '{id}'");
        await _service.Get<Orchestrator.Jobs.Control.Snapshots>().TakeDueAsync(CancellationToken.None);
        (await NumbersAsync(id)).Should().Equal(4, 3, 1);
    }

    [Test]
    public async Task Many_restores_of_one_run_at_the_same_moment_leave_each_other_a_connection()
    {
        const int more = 60;
        var old = await _service.StartRunAsync("{ key: restored, steps: [{ id: wait, type: wait_for_event, event: go }] }");
        await _service.UntilAsync(old, run => run["wait"].WaitingFor == "event", "the wait");
        await TakeAsync(old);

        // As many as there are connections wait for the run's lock.
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new NpgsqlCommand($"select from orchestrator.workflow_runs where workflow_run_id = '{old}' for update", connection).ExecuteNonQueryAsync();
        var answers = Task.WhenAll(Enumerable.Range(0, more).Select(_ => RestoreAsync(old, 1)));
        await Eventually.IsTrueAsync(
            () => _service.Database.ScalarAsync<bool>("select count(*) >= 15 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"), "the requests");
        await transaction.CommitAsync();

        (await answers).Select(answer => answer.Status).Should().OnlyContain(status => status == HttpStatusCode.Accepted);
        (await _service.Database.ScalarAsync<long>($"select count(*) from orchestrator.workflow_runs where restarted_from = '{old}'")).Should().Be(more);
    }

    private Task<TestRun> HeldAsync(RunId id, int pass) => _service.UntilAsync(
        id, run => run.Steps.TryGetValue($"loop[{pass}].hold", out var hold) && hold.WaitingFor == "event", $"pass {pass}");

    private async Task SignalAsync(RunId id, string name) =>
        (await _service.Client.PostAsync($"/api/runs/{id}/signals/{name}", null)).IsSuccessStatusCode.Should().BeTrue();

    private async Task<int> TakeAsync(RunId id) =>
        (int)(await (await _service.Client.PostAsync($"/api/runs/{id}/snapshots", null)).Content.ReadFromJsonAsync<JsonNode>())!["number"]!;

    private async Task<int[]> NumbersAsync(RunId id) =>
        [.. (await _service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{id}/snapshots"))!["items"]!.AsArray().Select(item => (int)item!["number"]!)];

    private async Task<(HttpStatusCode Status, JsonNode Body)> RestoreAsync(RunId id, int number)
    {
        var answer = await _service.Client.PostAsync($"/api/runs/{id}/snapshots/{number}/restore", null);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }
}
