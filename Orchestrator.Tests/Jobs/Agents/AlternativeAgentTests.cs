using System.Text.Json.Nodes;

namespace Orchestrator.Tests.Jobs.Agents;

/// <summary>A second agent takes over from the first.</summary>
[TestFixture]
internal sealed class AlternativeAgentTests : AgentTaskTestBase
{
    [Test]
    public async Task It_is_asked_once_the_attempts_of_the_first_are_used_up_under_a_key_of_its_own()
    {
        await AddAgentAsync("first", "/first");
        var second = await AddAgentAsync("second", "/second");
        Answer("/first", (503, "{}"));
        Answer("/second", (503, "{}"), (200, """{"result": "done"}"""));

        var run = await RunTaskAsync("used_up", "agent: first, alternative_agent: second");

        run.Output.Should().Be("\"done\"");
        (run["think"].Attempts, run["think"].MaxAttempts).Should().Be(((short)4, (short)4));
        Service.Target.RequestsTo("/first").Select(request => request.Key).Should().Equal($"{run.Id}:think:0", $"{run.Id}:think:0");
        Service.Target.RequestsTo("/second").Select(request => request.Key).Should().Equal($"{run.Id}:think:0:alternative", $"{run.Id}:think:0:alternative");
        var agent = JsonNode.Parse(run["think"].Response!)!["agent"]!;
        ((long)agent["id"]!, (string)agent["username"]!, (bool)agent["alternative"]!).Should().Be((second, "second", true));
    }

    [TestCase("agent: poor, alternative_agent: rich", "success", 1)]
    [TestCase("agent: missing, alternative_agent: rich", "success", 1)]
    [TestCase("agent: poor, alternative_agent: missing", "failed", 1)]
    public async Task It_takes_over_at_once_from_one_that_fails_for_good(string fields, string state, int attempts)
    {
        if (Service.Target.RequestsTo("/poor").Count == 0 && Service.Target.RequestsTo("/rich").Count == 0)
        {
            await AddAgentAsync("poor", "/poor");
            await AddAgentAsync("rich", "/rich");
        }

        Answer("/poor", (422, """{"error": "too hard"}"""));
        Answer("/rich", (200, """{"result": 1}"""));

        var run = await RunTaskAsync("for_good", fields);

        (run.Status, (int)run["think"].Attempts).Should().Be((state, attempts));
        if (state == "success")
        {
            run.AttemptsOf("think").Single().Logs.Should().Contain("The alternative agent takes over.");
        }
    }

    [Test]
    public async Task It_takes_over_at_once_from_one_whose_failure_is_not_to_be_retried()
    {
        await AddAgentAsync("silent", "/silent");
        await AddAgentAsync("quick", "/quick");
        Service.Target.On("/silent", (http, _) => Task.Delay(Timeout.Infinite, http.RequestAborted));
        Answer("/quick", (200, """{"result": 1}"""));

        var run = await Service.RunAsync("""
            key: silent
            steps: [{ id: think, type: agent-task, goal: "do it", agent: silent, alternative_agent: quick, timeout_ms: 150, retry: { max_attempts: 5, delay_ms: 0, on: [5xx] } }]
            """);

        (run.Status, (int)run["think"].Attempts, Service.Target.RequestsTo("/silent").Count).Should().Be(("success", 1, 1));
        run.AttemptsOf("think").Single().Logs.Should().Contain("No end within 150 ms");
    }

    [Test]
    public async Task A_built_in_one_will_do_and_it_must_have_the_capabilities_too()
    {
        await AddAgentAsync("lone", "/lone", """, "capabilities": ["x"] """);
        await AddAgentAsync("without", "/without");
        Answer("/lone", (400, "{}"));
        Answer("/agents", (200, """{"result": 2}"""));

        (await RunTaskAsync("built_in", "agent: lone, capabilities: [x], alternative_agent: coordinator")).Output.Should().Be("2");
        (await RunTaskAsync("unable", "agent: lone, capabilities: [x], alternative_agent: without")).AttemptsOf("think").Single()
            .ErrorText.Should().Contain("Agent 'without' lacks 'x'");
    }
}
