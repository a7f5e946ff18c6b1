using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Control;

/// <summary>New runs that go on from others, in a real service.</summary>
[TestFixture]
internal sealed class RestartTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task From_the_start_everything_is_done_again_with_the_first_variables()
    {
        var old = await _service.RunAsync("""
            key: again
            inputs: { x: { type: number } }
            variables: { n: 1, m: 1 }
            steps:
              - { id: one, type: transform, value: "variables.n + inputs.x", set: { n: "{{ variables.n + 1 }}" } }
              - { id: two, type: transform, value: "variables.m", depends_on: [one] }
            """, """{"x": 5}""");

        var (status, answer) = await RestartAsync(old.Id, """{"variables": {"m": 7}, "reason": "wrong m"}""");
        var run = await _service.EndAsync(IdOf(answer));

        (status, (string?)answer["status"], (string?)answer["restarted_from"]).Should().Be((HttpStatusCode.Accepted, "pending", old.Id.ToString()));
        (run.Status, run["one"].Output, run["two"].Output, run["one"].Attempts).Should().Be(("success", "6", "7", (short)1));
        (run.Row.UserId, run.Row.IntentId, run.Row.Trigger).Should().Be(("ada", "learn", "restart"));
        var shown = await GetAsync(run.Id, "");
        ((string?)shown["restarted_from"], (string?)shown["steps"]![0]!["taken_from"]).Should().Be((old.Id.ToString(), null));
        (await GetAsync(old.Id, "/logs"))["items"]!.AsArray().Select(line => (string)line!["message"]!)
            .Should().Contain($"Restarted as run {run.Id}, from the start, by admin key: wrong m");
    }

    [Test]
    public async Task From_a_step_what_ended_before_and_beside_it_is_taken_over_and_not_done_again()
    {
        var old = await _service.RunAsync("""
            key: from_step
            variables: { seen: none }
            steps:
              - { id: before, type: http, call: /before, output: "{ n: 3 }", set: { seen: before } }
              - { id: beside, type: http, call: /beside }
              - { id: step, type: http, call: /step, depends_on: [before] }
              - { id: after, type: transform, value: "results.before.n + variables.seen", depends_on: [step, beside] }
            """);
        var calls = _service.Target.Requests.Count;

        var run = await RestartedAsync(old.Id, """{"from_step": "step"}""");

        (run.Status, run.States).Should().Be(("success", "before success, beside success, step success, after success"));
        run["after"].Output.Should().Be("\"3before\"");
        (run["before"].Attempts, run["before"].HangfireJobId, run["step"].Attempts).Should().Be(((short)0, null, (short)1));
        _service.Target.Requests.Skip(calls).Select(request => request.Path).Should().Equal("/step");
        _service.Target.Requests[^1].Key.Should().Be($"{run.Id}:step:0");
        var shown = (await GetAsync(run.Id, ""))["steps"]!.AsArray();
        shown.Select(step => (string?)step!["taken_from"]).Should().Equal(old["before"].JobId.ToString(), old["beside"].JobId.ToString(), null, null);
    }

    [Test]
    public async Task What_had_not_ended_begins_anew_and_what_a_condition_refused_stays_skipped()
    {
        var old = await _service.RunAsync("""
            key: partly
            variables: { fails: true }
            steps:
              - { id: check, type: condition, condition: "true", true_step: good, false_step: bad }
              - { id: good, type: transform, value: 1 }
              - { id: bad, type: transform, value: 2 }
              - { id: slow, type: delay, ms: 3600000 }
              - { id: breaks, type: transform, value: "variables.fails ? variables.a.b.c : 5", depends_on: [good] }
              - { id: end, type: transform, value: "results.breaks", depends_on: [breaks, slow, bad] }
            """.Replace("ms: 3600000", "ms: 300"));
        old.Status.Should().Be("failed");

        var run = await RestartedAsync(old.Id, """{"from_step": "breaks", "variables": {"fails": false}}""");

        (run.Status, run.States).Should().Be(("success", "check success, good success, bad skipped, slow success, breaks success, end success"));
        run["slow"].Attempts.Should().Be(1);
        run["good"].Attempts.Should().Be(0);
    }

    [Test]
    public async Task A_nested_step_opens_its_containers_at_its_place()
    {
        var old = await _service.RunAsync("""
            key: nested
            variables: { fails: true }
            steps:
              - { id: list, type: transform, value: "[10, 20, 30]" }
              - id: process
                type: for_each
                items: results.list
                depends_on: [list]
                steps:
                  - { id: fetch, type: transform, value: "item" }
                  - { id: use, type: transform, value: "variables.fails && index === 1 ? item.a.b.c : results.fetch + 1", depends_on: [fetch] }
              - { id: end, type: transform, value: "results.process", depends_on: [process] }
            """);
        old.Status.Should().Be("failed");

        var run = await RestartedAsync(old.Id, """{"from_step": "process[1].use", "variables": {"fails": false}}""");

        run.Status.Should().Be("success");
        run["end"].Output.Should().Be("[11, 21, 31]");
        (run["process[1].fetch"].Attempts, run["process[1].use"].Attempts, run["process"].Attempts).Should().Be(((short)0, (short)1, (short)1));
        run["process[0].fetch"].Attempts.Should().Be(0);
    }

    [Test]
    public async Task A_loop_keeps_the_passes_before_and_forgets_those_after()
    {
        var old = await _service.RunAsync("""
            key: passes
            steps:
              - id: loop
                type: loop
                max_iterations: 4
                steps:
                  - { id: a, type: transform, value: "iteration" }
                  - { id: b, type: transform, value: "results.a * 10", depends_on: [a] }
              - { id: end, type: transform, value: "results.loop", depends_on: [loop] }
            """);
        old.Status.Should().Be("success");

        var run = await RestartedAsync(old.Id, """{"from_step": "loop[2].b"}""");

        run.Status.Should().Be("success");
        run["end"].Output.Should().Be("""{"result": 30, "iterations": 4}""");
        run.Steps.Values.Where(step => step.Attempts == 0).Select(step => step.StepId)
            .Should().BeEquivalentTo("loop[0].a", "loop[0].b", "loop[1].a", "loop[1].b", "loop[2].a");
        run.Steps.Should().HaveCount(10);
        (await RestartedAsync(run.Id, """{"from_step": "end"}""")).Steps.Values.Where(step => step.Attempts > 0).Select(step => step.StepId).Should().Equal("end");
    }

    [Test]
    public async Task Another_version_takes_over_by_id()
    {
        const string first = """
            key: versions
            steps:
              - { id: zero, type: transform, value: 0 }
              - { id: one, type: transform, value: 1 }
              - { id: group, type: parallel, depends_on: [one], steps: [left, right] }
              - { id: left, type: transform, value: "'l'" }
              - { id: right, type: transform, value: "'r'" }
              - { id: two, type: transform, value: "inputs.a.b.c", depends_on: [group] }
            """;
        var old = await _service.RunAsync(first);
        old.Status.Should().Be("failed");
        await _service.PutAsync("""
            key: versions
            steps:
              - { id: group, type: parallel, depends_on: [one], steps: [left, right] }
              - { id: right, type: transform, value: "'r'" }
              - { id: left, type: transform, value: "'l'" }
              - { id: one, type: transform, value: 1 }
              - { id: more, type: transform, value: 10 }
              - { id: two, type: transform, value: "results.one + results.more + results.left", depends_on: [group, more] }
              - { id: three, type: transform, value: "results.two", depends_on: [two] }
            """);

        var run = await RestartedAsync(old.Id, """{"from_step": "group", "version": 2}""");
        var (status, problem) = await RestartAsync(old.Id, """{"from_step": "two", "version": 2}""");
        var (otherStatus, other) = await RestartAsync(old.Id, """{"from_step": "zero", "version": 2}""");
        var (missingStatus, _) = await RestartAsync(old.Id, """{"version": 3}""");

        (run.Status, run["three"].Output, run.Row.WorkflowVersion).Should().Be(("success", "\"11l\"", 2));
        run.Steps.Values.Where(step => step.Attempts == 0).Select(step => step.StepId).Should().Equal("one");
        (status, (string)problem["detail"]!).Should().Be((HttpStatusCode.Conflict,
            "from_step: 'two' depends on 'more', of which there is no result. Restart from 'more', or from the start (without from_step)."));
        (otherStatus, (string)other["detail"]!).Should().Be((HttpStatusCode.UnprocessableEntity,
            "from_step: there is no step 'zero' in this version; it has group, right, left, one, more, two, three."));
        missingStatus.Should().Be(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task What_is_not_possible_is_refused_with_the_reason()
    {
        var id = await _service.StartRunAsync("""
            key: refusals
            steps:
              - { id: list, type: transform, value: "[1, 2]" }
              - { id: each, type: for_each, items: results.list, depends_on: [list], steps: [{ id: in_it, type: transform, value: item }] }
              - { id: wait, type: delay, ms: 3600000, depends_on: [each] }
              - { id: fast, type: race, steps: [{ id: r1, type: transform, value: 1 }] }
            """);
        await _service.UntilAsync(id, run => run["wait"].WaitingFor == "timer" && run["fast"].HasEnded, "the timer");
        (await RestartAsync(id, "{}")).Should().Match<(HttpStatusCode Status, JsonNode Body)>(answer =>
            answer.Status == HttpStatusCode.Conflict && ((string)answer.Body["detail"]!).Contains("is running; restart needs one that has ended"));
        await _service.Client.PostAsync($"/api/runs/{id}/cancel", null);
        await _service.EndAsync(id);

        foreach (var (step, words) in new[]
        {
            ("in_it", "say which, as in each[0].in_it"),
            ("each[2].in_it", "it has each[0] to each[1]"),
            ("other[0].in_it", "say which"),
            ("each[0].wait", "'wait' is not in 'each'"),
            ("each[", "is no step's address"),
            ("r1", "part of a race"),
        })
        {
            var (status, body) = await RestartAsync(id, new JsonObject { ["from_step"] = step }.ToJsonString());
            (status, (string)body["detail"]!).Should().Match<(HttpStatusCode Status, string Detail)>(one => one.Status == HttpStatusCode.UnprocessableEntity && one.Detail.Contains(words), step);
        }

        (await RestartAsync(RunId.New(DateTimeOffset.UtcNow), "{}")).Status.Should().Be(HttpStatusCode.NotFound);
        using var stranger = await _service.CreateClientAsync(Role.Admin, "strangers");
        using var viewer = await _service.CreateClientAsync(Role.Viewer);
        (await stranger.PostAsync($"/api/runs/{id}/restart", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await viewer.PostAsync($"/api/runs/{id}/restart", null)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Test]
    public async Task A_key_counts_once_and_a_bulk_restarts_each_run_once()
    {
        const string yaml = """
            key: often
            steps: [{ id: one, type: transform, value: "1" }]
            """;
        var runs = new[] { await _service.RunAsync(yaml), await _service.RunAsync(yaml) };
        var (_, first) = await RestartAsync(runs[0].Id, "{}", "k1");
        var (_, second) = await RestartAsync(runs[0].Id, "{}", "k1");
        var (reused, _) = await RestartAsync(runs[1].Id, "{}", "k1");
        await _service.EndAsync(IdOf(first));

        IdOf(second).Should().Be(IdOf(first));
        reused.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await BulkAsync("""{"action": "restart", "filter": {"workflow_key": "often"}}""")).Should().Be(2, "the first has been restarted, its restart and the other have not");
    }

    [Test]
    public async Task Two_bulk_restarts_at_the_same_moment_restart_each_run_once()
    {
        const int runs = 20;
        await _service.PutAsync("{ key: bulky, steps: [{ id: one, type: transform, value: 1 }] }");
        foreach (var id in await Task.WhenAll(Enumerable.Range(0, runs).Select(_ => _service.DispatchAsync(new DispatchRequest { WorkflowKey = "bulky" }))))
        {
            await _service.EndAsync(id);
        }

        // Both have found the runs, and wait for the first one's lock.
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await new NpgsqlCommand("select from orchestrator.workflow_runs where workflow_key = 'bulky' for update", connection).ExecuteNonQueryAsync();
        var body = $$$"""{"action": "restart", "filter": {"workflow_key": "bulky", "to": "{{{DateTime.UtcNow:O}}}"}}""";
        var counts = Task.WhenAll(BulkAsync(body), BulkAsync(body));
        await Eventually.IsTrueAsync(
            () => _service.Database.ScalarAsync<bool>("select count(*) >= 2 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"), "both requests");
        await transaction.CommitAsync();

        (await counts).Sum().Should().Be(runs);
        (await _service.Database.ScalarAsync<long>("select count(*) from orchestrator.workflow_runs where workflow_key = 'bulky' and restarted_from is not null")).Should().Be(runs);
    }

    [Test]
    public async Task A_restart_counts_once_also_when_the_answer_to_its_commit_is_lost()
    {
        var old = await _service.RunAsync("{ key: lost_answer, steps: [{ id: one, type: transform, value: 1 }] }");
        await using var network = new TcpProxy(new NpgsqlConnectionStringBuilder(_service.Database.ConnectionString).Port);
        await using var other = await _service.StartAnotherAsync(options =>
        {
            TestService.WithoutWorkers(options);
            options.ConnectionString = new NpgsqlConnectionStringBuilder(options.ConnectionString) { Host = "127.0.0.1", Port = network.Port }.ConnectionString;
        });

        // A commit that takes as long as the test holds a lock.
        await _service.Database.ExecuteAsync($"""
            create function waits_at_commit() returns trigger language plpgsql as $$ begin perform pg_advisory_xact_lock(1); return null; end $$;
            create constraint trigger waits_at_commit after insert on workflow_logs deferrable initially deferred
            for each row when (new.message like 'Goes on from run {old.Id}%') execute function waits_at_commit()
            """);
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await new NpgsqlCommand("select pg_advisory_lock(1)", connection).ExecuteNonQueryAsync();
        var answer = other.Client.PostAsync($"/api/runs/{old.Id}/restart", null);
        await Eventually.IsTrueAsync(() => _service.Database.ScalarAsync<bool>("select count(*) > 0 from pg_locks where locktype = 'advisory' and classid = 0 and objid = 1 and not granted"), "the commit");
        network.Freeze();
        await new NpgsqlCommand("select pg_advisory_unlock(1)", connection).ExecuteNonQueryAsync();
        await Eventually.IsTrueAsync(async () => await RestartsAsync() == 1, "the new run");
        network.Cut();

        (await answer).StatusCode.Should().Be(HttpStatusCode.Accepted);
        (await RestartsAsync()).Should().Be(1);

        Task<long> RestartsAsync() => _service.Database.ScalarAsync<long>($"select count(*) from orchestrator.workflow_runs where restarted_from = '{old.Id}'");
    }

    [Test]
    public async Task A_run_that_was_restarted_does_not_recover_by_itself()
    {
        var old = await _service.RunAsync("{ key: recovers, config: { auto_recovery: true }, steps: [{ id: one, type: transform, value: inputs.a.b.c }] }");
        const string due = "select count(*)::int from orchestrator.run_recoveries where workflow_run_id = '{0}' and due_at is not null";
        (await _service.Database.ScalarAsync<int>(string.Format(System.Globalization.CultureInfo.InvariantCulture, due, old.Id))).Should().Be(1);

        await RestartAsync(old.Id, "{}");

        (await _service.Database.ScalarAsync<int>(string.Format(System.Globalization.CultureInfo.InvariantCulture, due, old.Id))).Should().Be(0);
    }

    [Test]
    public async Task A_bulk_reaches_the_children_of_a_run()
    {
        await _service.PutAsync("{ key: naps, steps: [{ id: nap, type: delay, ms: 3600000 }] }");
        var parent = await _service.StartRunAsync("{ key: waits_for_naps, steps: [{ id: sub, type: workflow, workflow_key: naps, on_failure: continue }] }");
        await _service.StartRunAsync("{ key: naps, steps: [{ id: nap, type: delay, ms: 3600000 }] }");
        await _service.UntilAsync(parent, run => run["sub"].WaitingFor?.StartsWith("workflow", StringComparison.Ordinal) == true, "the child");

        (await BulkAsync($$$"""{"action": "cancel", "filter": {"parent": "{{{parent}}}"}}""")).Should().Be(1);
        (await _service.EndAsync(parent))["sub"].Status.Should().Be("dead");
    }

    [Test]
    public async Task A_resumption_from_elsewhere_is_pointed_to_restart()
    {
        var run = await _service.RunAsync("{ key: not_so, steps: [{ id: one, type: transform, value: inputs.a.b.c }] }");

        var no = await _service.Client.PostAsync($"/api/runs/{run.Id}/resume", JsonContent.Create(new { from_checkpoint = false }));
        var yes = await _service.Client.PostAsync($"/api/runs/{run.Id}/resume", JsonContent.Create(new { from_checkpoint = true }));

        no.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        (await no.Content.ReadAsStringAsync()).Should().Contain("/restart");
        yes.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static RunId IdOf(JsonNode answer) => new((Guid)answer["workflow_run_id"]!);

    private async Task<TestRun> RestartedAsync(RunId old, string body)
    {
        var (status, answer) = await RestartAsync(old, body);
        status.Should().Be(HttpStatusCode.Accepted, answer.ToJsonString());
        return await _service.EndAsync(IdOf(answer));
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> RestartAsync(RunId old, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/runs/{old}/restart") { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        var answer = await _service.Client.SendAsync(request);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonNode>())!);
    }

    private async Task<int> BulkAsync(string body)
    {
        var answer = await _service.Client.PostAsync("/api/runs/bulk", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        return (int)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["count"]!;
    }

    private async Task<JsonNode> GetAsync(RunId id, string path) => (await _service.Client.GetFromJsonAsync<JsonNode>($"/api/runs/{id}{path}"))!;
}
