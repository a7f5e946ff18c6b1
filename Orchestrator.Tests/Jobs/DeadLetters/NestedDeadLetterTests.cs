using System.Collections.Concurrent;
using System.Net.Http.Json;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.DeadLetters;

/// <summary>Decisions about dead steps that lie in other steps, carried out on real rows by a real worker.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class NestedDeadLetterTests
{
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

    [Test]
    public async Task A_retried_step_of_an_item_in_a_loop_brings_all_around_it_back()
    {
        var id = await FailedAsync("deep", """
            steps:
              - id: outer
                type: loop
                max_iterations: 2
                steps:
                  - id: process
                    type: for_each
                    items: "[1, 2]"
                    steps:
                      - { id: call, call: "/deep-{{ iteration }}-{{ item }}" }
                      - { id: next, type: transform, value: "item * 10" }
              - { id: last, type: transform, value: results.process, depends_on: [outer] }
            """, "/deep-1-2");
        var failed = await TestRun.ReadAsync(_service.Database, id);
        _broken["/deep-1-2"] = false;
        var done = await DecideAsync(id, "outer[1].process[1].call", new RetryDecision("ada"));
        var run = await _service.EndAsync(id);

        failed["outer[1].process[1].next"].Status.Should().Be("cancelled");
        (failed["outer"].Status, failed["outer[1].process"].Status, failed["last"].Status).Should().Be(("dead", "dead", "cancelled"));
        done.Should().BeOfType<DecisionDone>().Which.StepId.Should().Be("outer[1].process[1].call");
        run.Status.Should().Be("success");
        run["last"].Output.Should().Be("[10, 20]");
        _service.Target.RequestsTo("/deep-0-1").Should().ContainSingle("what has succeeded stays");
        _service.Target.RequestsTo("/deep-1-2").Select(request => request.Key).Distinct().Should().ContainSingle();
        (await OpenAsync(id)).Should().Be(0);
    }

    [Test]
    public async Task A_retried_container_retries_what_failed_it()
    {
        var id = await FailedAsync("inner", """
            steps:
              - { id: both, type: parallel, steps: [a, b] }
              - { id: a, call: /inner-a }
              - { id: b, call: /inner-b }
              - { id: last, type: transform, value: results.both.b, depends_on: [both] }
            """, "/inner-b");
        _broken["/inner-b"] = false;
        await DecideAsync(id, "both", new RetryDecision("ada"));
        var run = await _service.EndAsync(id);

        (run.Status, run["b"].Attempts).Should().Be(("success", (short)2));
        run["last"].Output.Should().Be("""{"ok": true}""");
    }

    [Test]
    public async Task A_resolved_step_of_an_item_has_the_operators_result_in_the_list()
    {
        var id = await FailedAsync("listed", """
            steps:
              - id: process
                type: for_each
                items: "['x', 'y']"
                steps: [{ id: call, call: "/listed-{{ item }}" }]
              - { id: last, type: transform, value: results.process, depends_on: [process] }
            """, "/listed-x");
        await DecideAsync(id, "process[0].call", new ResolveDecision("ada", "by hand", Value.Parse("7")));
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("success");
        run["last"].Output.Should().Be("""[7, {"ok": true}]""");
    }

    [Test]
    public async Task An_alternative_that_died_is_retried_and_the_step_has_its_result()
    {
        _broken["/first"] = true;
        var id = await FailedAsync("instead", """
            steps:
              - { id: call, call: /first, on_failure: { strategy: alternative, step: backup } }
              - { id: backup, call: /second }
              - { id: last, type: transform, value: results.call, depends_on: [call] }
            """, "/second");
        _broken["/second"] = false;
        await DecideAsync(id, "call", new RetryDecision("ada"));
        var run = await _service.EndAsync(id);

        (run.Status, run["backup"].Attempts, run["last"].Output).Should().Be(("success", (short)2, """{"ok": true}"""));
    }

    [Test]
    public async Task A_step_whose_container_has_ended_well_can_not_be_retried()
    {
        _broken["/passed"] = true;
        var run = await _service.RunAsync("""
            key: passed
            steps:
              - { id: process, type: for_each, items: "[1]", on_item_failure: continue, steps: [{ id: call, call: /passed }] }
              - { id: bad, type: fail, message: no, depends_on: [process] }
            """);
        var refused = await DecideAsync(run.Id, "process[0].call", new RetryDecision("ada"));

        refused.Should().BeOfType<DecisionRefused>().Which.Message.Should().Contain("'process'").And.Contain("has ended");
    }

    [Test]
    public async Task A_step_is_retried_or_skipped_by_its_address()
    {
        var id = await FailedAsync("addressed", """
            steps:
              - { id: process, type: for_each, items: "[1, 2]", steps: [{ id: call, call: "/addressed-{{ item }}" }] }
              - { id: last, type: transform, value: results.process, depends_on: [process] }
            """, "/addressed-2");
        async Task<int> PostAsync(string path, HttpContent? body = null)
        {
            using var answer = await _service.Client.PostAsync($"/api/runs/{id}/steps/{path}", body);
            return (int)answer.StatusCode;
        }

        (await PostAsync("process[1].nobody/retry")).Should().Be(404);
        (await PostAsync("process[0].call/retry")).Should().Be(409);
        (await PostAsync("process%5B1%5D.call/retry")).Should().Be(200);
        (await _service.EndAsync(id)).Status.Should().Be("failed");
        (await PostAsync("process[1].call/skip", JsonContent.Create(new { reason = "not today" }))).Should().Be(200);
        var run = await _service.EndAsync(id);

        run.Status.Should().Be("success");
        run["last"].Output.Should().Be("""[{"ok": true}, {"reason": "not today", "skipped": true}]""");
    }

    [Test]
    public async Task A_resumed_run_gives_every_dead_step_another_attempt()
    {
        _broken["/every-a"] = true;
        var id = await FailedAsync("every", """
            steps:
              - { id: both, type: parallel, steps: [a, b] }
              - { id: a, call: /every-a }
              - { id: b, type: transform, value: 1 }
              - { id: c, type: transform, value: results.a, depends_on: [both] }
            """, "/every-a");
        _broken["/every-a"] = false;
        var desk = _service.Get<DeadLetterDesk>();
        var done = await desk.ResumeAsync("default", id, new ResumeDecision("ada"), CancellationToken.None);
        var run = await _service.EndAsync(id);
        var again = await desk.ResumeAsync("default", id, new ResumeDecision("ada"), CancellationToken.None);

        done.Should().BeOfType<DecisionDone>();
        (run.Status, run["c"].Output).Should().Be(("success", """{"ok": true}"""));
        again.Should().BeOfType<DecisionRefused>();
    }

    private async Task<RunId> FailedAsync(string key, string steps, string broken)
    {
        _broken[broken] = true;
        var run = await _service.RunAsync($"key: {key}\n{steps}");
        run.Status.Should().Be("failed");
        return run.Id;
    }

    private async Task<DecisionOutcome> DecideAsync(RunId run, string address, Decision decision)
    {
        var job = await _service.Database.ScalarAsync<Guid>($"select job_id from job_queue where workflow_run_id = '{run}' and step_id = '{address}'");
        return await _service.Get<DeadLetterDesk>().DecideAsync("default", new JobId(job), decision, CancellationToken.None);
    }

    private Task<int> OpenAsync(RunId run) => _service.Database.ScalarAsync<int>(
        $"select count(*)::int from step_blocks where job_id > '{run}' and job_id <= '{run.LastJob}' and is_open");
}
