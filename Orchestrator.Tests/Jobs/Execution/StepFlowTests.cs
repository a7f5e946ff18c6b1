using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>How values and states flow from step to step when all goes well.</summary>
[TestFixture]
internal sealed class StepFlowTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_chain_of_transforms_hands_its_values_on_and_each_step_leaves_its_rows()
    {
        var run = await _service.RunAsync("""
            key: chain
            inputs: { n: { type: integer, required: true } }
            steps:
              - { id: one, type: transform, value: inputs.n + 1 }
              - { id: two, type: transform, value: results.one * 10, depends_on: [one] }
              - { id: three, type: transform, value: "n is {{ results.two }}", depends_on: [two] }
            output: "{ text: results.three, of: inputs.n }"
            """, """{"n": 4}""");

        run.Status.Should().Be("success");
        run.Output.Should().Be("""{"of":4,"text":"n is 50"}""");
        run.Row.OpenSteps.Should().Be(0);
        run.Steps.Values.Should().OnlyContain(step => step.Status == "success" && step.Attempts == 1 && step.Lost == 0);
        run.Steps.Values.Select(step => step.HangfireJobId).Should().OnlyHaveUniqueItems().And.NotContainNulls();
        run.Steps.Values.Should().OnlyContain(step => step.HangfireState == "Succeeded" && step.Deliveries == 0);
        run["one"].History.Should().Equal("Enqueued", "Processing", "Succeeded");
        run["three"].History.Should().Equal("Processing", "Succeeded");
        run.Attempts.Should().HaveCount(3).And.OnlyContain(attempt => attempt.Success && attempt.Attempt == 1);
    }

    [Test]
    public async Task A_chain_of_calls_goes_in_order()
    {
        var run = await _service.RunAsync("""
            key: calls
            steps:
              - { id: one, call: /calls/1 }
              - { id: two, call: /calls/2, depends_on: [one] }
              - { id: three, call: /calls/3, depends_on: [two] }
            """);

        run.Status.Should().Be("success");
        run["one"].History.Should().Equal("Enqueued", "Processing", "Succeeded");
        run.Steps.Values.Should().OnlyContain(step => step.Status == "success" && step.Attempts == 1 && step.HangfireState == "Succeeded");
        _service.Target.RequestsTo("/calls").Select(request => request.Path).Should().Equal("/calls/1", "/calls/2", "/calls/3");
    }

    [Test]
    public async Task A_diamond_joins_once_and_sees_both_sides()
    {
        var run = await _service.RunAsync("""
            key: diamond
            steps:
              - { id: top, call: /diamond/top }
              - { id: left, call: /diamond/left, depends_on: [top] }
              - { id: right, call: /diamond/right, depends_on: [top] }
              - { id: bottom, type: transform, depends_on: [left, right], value: "[results.left.ok, results.right.ok]" }
            """);

        run.Output.Should().Be("[true,true]");
        run["bottom"].Should().Match<TestStep>(step => step.Attempts == 1 && step.Pending == 0 && step.Present == 2);
        _service.Target.RequestsTo("/diamond").Should().HaveCount(3);
    }

    [Test]
    public async Task A_hundred_calls_at_once_join_in_one_step()
    {
        var calls = string.Join('\n', Enumerable.Range(0, 100).Select(n => $"  - {{ id: c{n}, call: /wide/{n}, depends_on: [start] }}"));
        var run = await _service.RunAsync($$"""
            key: wide
            steps:
              - { id: start, type: transform, value: 1 }
            {{calls}}
              - { id: join, type: transform, depends_on: [{{string.Join(", ", Enumerable.Range(0, 100).Select(n => "c" + n))}}],
                  value: results }
            """);

        run.Status.Should().Be("success");
        JsonNode.Parse(run.Output!)!.AsObject().Should().HaveCount(101).And.Contain(result => result.Key == "c99");
        run["join"].Should().Match<TestStep>(step => step.Attempts == 1 && step.Present == 100);
        _service.Target.RequestsTo("/wide").Select(request => request.Path).Should().OnlyHaveUniqueItems().And.HaveCount(100);
    }

    [Test]
    public async Task A_false_when_skips_the_step_and_what_depends_on_it_alone()
    {
        var run = await _service.RunAsync("""
            key: skips
            steps:
              - { id: start, call: /skips/start }
              - { id: never, call: /skips/never, when: inputs.go, depends_on: [start] }
              - { id: after_never, call: /skips/after, depends_on: [never] }
              - { id: both, type: transform, depends_on: [never, start], value: "[results.never ?? null, steps.never.state]" }
            output: results.both
            """, """{"go": false}""");

        run.Status.Should().Be("success");
        run.Output.Should().Be("""[null,"skipped"]""");
        run["never"].Should().Match<TestStep>(step => step.Status == "skipped" && step.HangfireState == "Deleted" && step.Attempts == 1);
        run["after_never"].Should().Match<TestStep>(step => step.Status == "skipped" && step.HangfireJobId == null && step.Attempts == 0);
        run["both"].Should().Match<TestStep>(step => step.Status == "success" && step.Present == 1);
        _service.Target.RequestsTo("/skips").Should().ContainSingle();
    }

    [Test]
    public async Task A_run_whose_only_step_is_skipped_succeeds_with_nothing()
    {
        var run = await _service.RunAsync("""
            key: nothing
            steps:
              - { id: only, call: /nothing, when: "false" }
            """);

        (run.Status, run.Row.Output).Should().Be(("success", null));
    }

    [Test]
    public async Task The_output_of_a_run_without_one_is_that_of_its_last_steps_by_id()
    {
        var run = await _service.RunAsync("""
            key: sinks
            steps:
              - { id: start, type: transform, value: 1 }
              - { id: left, type: transform, value: results.start + 1, depends_on: [start] }
              - { id: right, type: transform, value: results.start + 2, depends_on: [start] }
            """);

        run.Output.Should().Be("""{"left":2,"right":3}""");
    }

    [Test]
    public async Task A_steps_output_reshapes_its_result()
    {
        _service.Target.On("/reshape", (http, _) => TargetServer.JsonAsync(http, 200, """{"ok": true, "data": {"n": 7}}"""));
        var run = await _service.RunAsync("""
            key: reshape
            steps:
              - { id: get, call: /reshape, output: "{ n: step.result.data.n, status: 'fine' }" }
            """);

        Json.Compact(run["get"].Output).Should().Be("""{"n":7,"status":"fine"}""");
        run.Output.Should().Be("""{"n":7,"status":"fine"}""");
    }

    [Test]
    public async Task A_step_reads_the_answers_status_and_headers()
    {
        _service.Target.On("/headers", (http, _) =>
        {
            http.Response.Headers["X-Page"] = "3";
            http.Response.Headers.SetCookie = "session=secret";
            return TargetServer.JsonAsync(http, 201, """{"ok": true}""");
        });
        var run = await _service.RunAsync("""
            key: headers
            steps:
              - { id: get, call: /headers }
              - { id: read, type: transform, depends_on: [get],
                  value: "[steps.get.response.status, steps.get.response.headers['x-page'], steps.get.response.headers['set-cookie'] ?? null]" }
            """);

        run.Output.Should().Be("""[201,"3",null]""");
    }
}
