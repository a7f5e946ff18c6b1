using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

/// <summary>Dry runs and tests of workflows by REST.</summary>
public sealed class WorkflowTrialTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        await _service.PutAsync("""
            key: tried
            inputs: { n: { type: integer, required: true } }
            steps:
              - { id: ask, call: /ask, body: { n: "{{ inputs.n + 1 }}" } }
              - { id: wait, type: delay, ms: 86400000, depends_on: [ask] }
              - { id: told, type: transform, value: results.ask.said, depends_on: [wait] }
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_dry_run_says_what_would_be_and_reaches_nothing()
    {
        var (status, answer) = await PostAsync("/api/workflows/tried/dry-run", """{"payload": {"n": 1}, "results": {"ask": {"said": "hi"}}}""", "application/json");

        status.Should().Be(HttpStatusCode.OK);
        ((string)answer["status"]!).Should().Be("success");
        ((string)answer["output"]!).Should().Be("hi");
        ((double)answer["duration_ms"]!).Should().Be(86_400_000);
        answer["steps"]![0]!["input"]!.ToJsonString().Should().Be("""{"call":"/ask","body":{"n":2}}""");
        _service.Target.Requests.Should().NotContain(request => request.Path == "/ask");
    }

    [TestCase("/api/workflows/tried/dry-run", "{}", HttpStatusCode.UnprocessableEntity, "payload.n", TestName = "Inputs_of_a_dry_run_are_checked")]
    [TestCase("/api/workflows/tried/dry-run", """{"payload": {"n": 1}, "results": {"asc": 1}}""", HttpStatusCode.UnprocessableEntity, "results.asc", TestName = "Results_of_a_dry_run_belong_to_steps")]
    [TestCase("/api/workflows/none/dry-run", "{}", HttpStatusCode.NotFound, "There is no workflow", TestName = "A_dry_run_is_of_a_workflow")]
    public async Task A_wrong_request_is_told_what_is_wrong(string path, string body, HttpStatusCode status, string fragment)
    {
        var (found, answer) = await PostAsync(path, body, "application/json");

        found.Should().Be(status);
        answer.ToString().Should().Contain(fragment);
    }

    [Test]
    public async Task Tests_are_run_and_say_what_is_otherwise()
    {
        var (status, answer) = await PostAsync(
            "/api/workflows/tried/test",
            """
            workflow: tried
            tests:
              - { name: good, inputs: { n: 1 }, mocks: { ask: { result: { said: hi } } }, expect: { output: hi } }
              - { name: bad, inputs: { n: 1 }, mocks: { ask: { status: 404 } }, expect: { status: success } }
            """,
            "application/yaml");

        status.Should().Be(HttpStatusCode.OK);
        ((int)answer["passed"]!).Should().Be(1);
        answer["tests"]![1]!["problems"]![0]!.GetValue<string>().Should().StartWith("the run is failed, not success");
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(string path, string body, string type)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, type);
        using var response = await _service.Client.PostAsync(path, content);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
