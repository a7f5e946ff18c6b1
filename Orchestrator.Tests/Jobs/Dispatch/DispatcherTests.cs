using System.Security.Cryptography;
using System.Text;
using Orchestrator.Jobs;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Dispatch;

/// <summary>What a dispatch writes. No worker takes it up here.</summary>
[TestFixture]
internal sealed class DispatcherTests
{
    private const string Inputs = """
        key: inputs
        inputs:
          name: { type: string, required: true, pattern: "^[a-z]+$", min: 2, max: 5 }
          count: { type: integer, default: 3, min: 1, max: 10 }
          mode: { enum: [fast, slow] }
        variables: { a: 1, b: { c: 2 } }
        config: { priority: high }
        steps: [{ id: one, type: transform, value: 1 }]
        """;

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync(TestService.WithoutWorkers);
        await _service.PutAsync(Inputs);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task Writes_the_run_its_steps_and_a_hangfire_job_for_each_that_may_start()
    {
        var id = await _service.StartRunAsync("""
            key: rows
            config: { queue: mine, priority: 2 }
            steps:
              - { id: first, call: /first }
              - { id: also_first, call: /also, queue: other, priority: urgent, retry: { max_attempts: 7 } }
              - { id: then, call: /then, depends_on: [first, also_first] }
            """, """{"n": 1}""");
        var run = await TestRun.ReadAsync(_service.Database, id);

        run.Row.Should().Match<TestRunRow>(row => row.Status == "pending" && row.OpenSteps == 3 && row.UserId == "ada" && row.IntentId == "learn"
            && row.Trigger == "api" && row.Priority == 2 && row.WorkflowVersion == 1 && row.Payload == """{"n": 1}""" && row.Variables == "{}");
        run["first"].Should().Match<TestStep>(step => step.Status == "queued" && step.WaitingFor == null && step.Queue == "mine"
            && step.Priority == 2 && step.Attempts == 0 && step.MaxAttempts == 5 && step.UserId == "ada" && step.IntentId == "learn"
            && step.HangfireState == "Enqueued" && step.Deliveries == 1);
        run["first"].History.Should().Equal("Enqueued");
        run["also_first"].Should().Match<TestStep>(step => step.Queue == "other" && step.Priority == 1 && step.MaxAttempts == 7);
        run["then"].Should().Match<TestStep>(step => step.Status == "waiting" && step.WaitingFor == "dependencies" && step.Pending == 2
            && step.HangfireJobId == null);
        run["first"].Invocation.Should().Contain(run["first"].JobId.ToString()).And.Contain("Orchestrator.Jobs.Execution.StepJob");
    }

    [Test]
    public async Task Ids_of_steps_count_on_from_the_runs()
    {
        var id = await _service.DispatchAsync(Request());
        var run = await TestRun.ReadAsync(_service.Database, id);

        run["one"].JobId.Should().Be(id.Job(0).Value);
        id.Job(0).Run.Should().Be(id);
    }

    [Test]
    public async Task Defaults_are_filled_in_and_variables_laid_over_those_of_the_file()
    {
        var id = await _service.DispatchAsync(Request() with { Variables = Value.Parse("""{"a": 5, "d": 6}""") });
        var run = await TestRun.ReadAsync(_service.Database, id);

        Json.Compact(run.Row.Payload).Should().Be("""{"name":"abc","count":3}""");
        Json.Compact(run.Row.Variables).Should().Be("""{"a":5,"b":{"c":2},"d":6}""");
        run.Row.Priority.Should().Be(2);
        (await TestRun.ReadAsync(_service.Database, await _service.DispatchAsync(Request() with { Priority = 4 }))).Row.Priority.Should().Be(4);
    }

    [TestCase("""{}""", "payload.name", "is required")]
    [TestCase("""{"name": 5}""", "payload.name", "has to be of type string, found 5")]
    [TestCase("""{"name": "ABC"}""", "payload.name", "has to match ^[a-z]+$, found \"ABC\"")]
    [TestCase("""{"name": "a"}""", "payload.name", "length has to be at least 2, found 1")]
    [TestCase("""{"name": "abcdef"}""", "payload.name", "length has to be at most 5, found 6")]
    [TestCase("""{"name": "abc", "count": 1.5}""", "payload.count", "has to be of type integer, found 1.5")]
    [TestCase("""{"name": "abc", "count": 11}""", "payload.count", "value has to be at most 10, found 11")]
    [TestCase("""{"name": "abc", "mode": "lazy"}""", "payload.mode", "has to be one of \"fast\", \"slow\", found \"lazy\"")]
    [TestCase("""[1]""", "payload", "has to be a JSON object")]
    public async Task Inputs_are_checked(string payload, string path, string message)
    {
        var refused = await RefusedAsync(Request() with { Payload = Value.Parse(payload) }, DispatchRefusal.InvalidInput);

        refused.Problems.Should().Contain(problem => problem.Path == path && problem.Message == message);
    }

    [Test]
    public async Task Everything_wrong_is_said_at_once()
    {
        var request = Request() with
        {
            Payload = Value.Parse("""{"count": 0, "mode": 1}"""),
            Variables = Value.Parse("[]"),
            Priority = 9,
        };
        var refused = await RefusedAsync(request, DispatchRefusal.InvalidInput);

        refused.Problems.Select(problem => problem.Path).Should()
            .BeEquivalentTo("payload.name", "payload.count", "payload.mode", "variables", "priority");
    }

    [Test]
    public async Task An_unknown_workflow_or_version_is_told_apart()
    {
        var workflow = await RefusedAsync(new DispatchRequest { WorkflowKey = "nobody" }, DispatchRefusal.UnknownWorkflow);
        var version = await RefusedAsync(Request() with { Version = 99 }, DispatchRefusal.UnknownVersion);

        workflow.Message.Should().Contain("'nobody'");
        version.Message.Should().Be("Workflow 'inputs' has no version 99.");
    }

    [Test]
    public async Task A_dispatch_takes_the_newest_content_unless_it_names_one()
    {
        await _service.PutAsync("{ key: versions, steps: [{ id: old, type: transform, value: 1 }] }");
        await _service.PutAsync("{ key: versions, steps: [{ id: new, type: transform, value: 1 }] }");
        var newest = await TestRun.ReadAsync(_service.Database, await _service.DispatchAsync(new DispatchRequest { WorkflowKey = "versions" }));
        var named = await TestRun.ReadAsync(_service.Database, await _service.DispatchAsync(new DispatchRequest { WorkflowKey = "versions", Version = 1 }));

        (newest.Row.WorkflowVersion, newest.Steps.Keys.Single()).Should().Be((2, "new"));
        (named.Row.WorkflowVersion, named.Steps.Keys.Single()).Should().Be((1, "old"));
    }

    [Test]
    public async Task A_run_for_later_waits_in_hangfires_schedule()
    {
        var later = DateTime.UtcNow.AddHours(1);
        var id = await _service.DispatchAsync(Request() with { ScheduledAt = later });
        var run = await TestRun.ReadAsync(_service.Database, id);

        run.Status.Should().Be("pending");
        run["one"].Should().Match<TestStep>(step => step.Status == "waiting" && step.WaitingFor == "schedule"
            && step.HangfireState == "Scheduled" && step.Timers == 1 && step.Deliveries == 0);
        run["one"].NextRunAt.Should().BeCloseTo(later, TimeSpan.FromMilliseconds(1));

        await _service.Database.ExecuteAsync($"update job_queue set next_run_at = now() where job_id = '{run["one"].JobId}'");
        run = await _service.UntilAsync(id, run => run["one"].Status == "queued", "the promotion");
        run["one"].Should().Match<TestStep>(step => step.HangfireState == "Enqueued" && step.Timers == 0 && step.Deliveries == 1);
        run["one"].History.Should().Equal("Scheduled", "Enqueued");
    }

    [Test]
    public async Task A_time_that_has_passed_starts_at_once()
    {
        var id = await _service.DispatchAsync(Request() with { ScheduledAt = DateTime.UtcNow.AddHours(-1) });

        (await TestRun.ReadAsync(_service.Database, id))["one"].Should().Match<TestStep>(step => step.Status == "queued" && step.Deliveries == 1);
    }

    [Test]
    public async Task Fifty_dispatches_under_one_key_make_one_run()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ =>
            _service.Get<Dispatcher>().DispatchAsync(Request() with { Key = Key("fifty", "same") }, CancellationToken.None)));

        outcomes.Cast<Dispatched>().Select(outcome => outcome.Run).Distinct().Should().ContainSingle();
        outcomes.Cast<Dispatched>().Count(outcome => !outcome.IsReplay).Should().Be(1);
        var run = outcomes.Cast<Dispatched>().First().Run;
        (await _service.Database.ScalarAsync<long>($"select count(*) from idempotency_keys where workflow_run_id = '{run}'")).Should().Be(1);
    }

    [Test]
    public async Task A_key_holds_for_the_request_that_it_came_with()
    {
        await _service.DispatchAsync(Request() with { Key = Key("mine", "one") });

        var refused = await RefusedAsync(Request() with { Key = Key("mine", "two") }, DispatchRefusal.KeyReused);
        refused.Message.Should().Contain("'mine'");
    }

    [Test]
    public async Task Dispatches_of_the_same_moment_do_not_mix()
    {
        await _service.PutAsync("{ key: pair, steps: [{ id: a, type: transform, value: 1 }, { id: b, type: transform, value: 1, depends_on: [a] }] }");
        var ids = await Task.WhenAll(Enumerable.Range(0, 40).Select(n => _service.DispatchAsync(n % 2 == 0
            ? new DispatchRequest { WorkflowKey = "pair", UserId = $"user {n}" }
            : Request() with { UserId = $"user {n}" })));

        ids.Should().OnlyHaveUniqueItems();
        for (var n = 0; n < ids.Length; n++)
        {
            var run = await TestRun.ReadAsync(_service.Database, ids[n]);
            (run.Row.UserId, run.Steps.Count).Should().Be(($"user {n}", n % 2 == 0 ? 2 : 1));
        }
    }

    [Test]
    public async Task Text_that_postgresql_cannot_hold_is_mended()
    {
        var id = await _service.DispatchAsync(Request() with { UserId = "nul \0", IntentId = "half \ud800" });

        var run = await TestRun.ReadAsync(_service.Database, id);
        (run.Row.UserId, run.Row.IntentId).Should().Be(("nul \uFFFD", "half \uFFFD"));
    }

    private static DispatchRequest Request() => new() { WorkflowKey = "inputs", Payload = Value.Parse("""{"name": "abc"}""") };

    private static IdempotencyKey Key(string key, string body) => new("runs", key, SHA256.HashData(Encoding.UTF8.GetBytes(body)));

    private async Task<DispatchRefused> RefusedAsync(DispatchRequest request, DispatchRefusal reason)
    {
        var outcome = await _service.Get<Dispatcher>().DispatchAsync(request, CancellationToken.None);
        var refused = outcome.Should().BeOfType<DispatchRefused>().Subject;
        refused.Reason.Should().Be(reason);
        return refused;
    }
}
