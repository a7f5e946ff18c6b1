using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

[TestFixture]
internal sealed class DispatchEndpointTests : ApiFixture
{
    [TestCase("/api/runs")]
    [TestCase("/functions/v1/orchestrator/dispatch")]
    public async Task A_dispatch_is_accepted_and_its_run_goes_through(string path)
    {
        var answer = await SendAsync("POST", path, """{"workflow_key": "greet", "user_id": "ada", "payload": {"name": "ada"}}""");

        answer.Status.Should().Be(HttpStatusCode.Accepted);
        answer.Body.AsObject().Select(member => member.Key).Should().Equal("ok", "workflow_run_id", "status");
        ((bool)answer.Body["ok"]!, (string)answer.Body["status"]!).Should().Be((true, "pending"));
        var run = await Service.EndAsync(new RunId(Guid.Parse((string)answer.Body["workflow_run_id"]!)));
        (run.Status, run.Output).Should().Be(("success", "\"hello ada\""));
    }

    [Test]
    public async Task The_curl_line_of_seed_001_works_as_it_is_written()
    {
        await Service.PutAsync("""{ key: daily_instructor_v1, steps: [{ id: one, type: transform, value: "{{ inputs.test }}" }] }""");
        string[] line =
        [
            "-s", "-X", "POST", $"{Service.Address}functions/v1/orchestrator/dispatch",
            "-H", "Content-Type: application/json",
            "-H", $"Authorization: Bearer {TestService.ServiceToken}",
            "-d", """
            {
                "user_id": "test-user-id",
                "workflow_key": "daily_instructor_v1",
                "payload": {"test": true}
              }
            """,
        ];
        using var curl = StartCurl(line);
        var answer = JsonNode.Parse(await curl.StandardOutput.ReadToEndAsync())!;
        var run = await Service.EndAsync(new RunId(Guid.Parse((string)answer["workflow_run_id"]!)));

        ((bool)answer["ok"]!).Should().BeTrue();
        (run.Row.UserId, run.Output).Should().Be(("test-user-id", "true"));
    }

    [TestCase("not json", "The body is not valid JSON (line 1, byte 2)")]
    [TestCase("{\"a\": 1,\n \"b\": }", "The body is not valid JSON (line 2, byte 7)")]
    [TestCase("[1]", "The body has to be a JSON object.")]
    public async Task A_body_that_is_no_json_object_is_a_wrong_request(string body, string detail)
    {
        var answer = await SendAsync("POST", "/api/runs", body);

        answer.ShouldBeProblem(HttpStatusCode.BadRequest);
        ((string)answer.Body["detail"]!).Should().StartWith(detail);
    }

    [TestCase("""{"workflow_key": "greet", "paylod": {}}""", "paylod: is not known; did you mean 'payload'?")]
    [TestCase("""{}""", "workflow_key: is required")]
    [TestCase("""{"workflow_key": 5}""", "workflow_key: has to be a string of 1 to 100 characters")]
    [TestCase("""{"workflow_key": "greet", "user_id": ""}""", "user_id: has to be a string of 1 to 200 characters")]
    [TestCase("""{"workflow_key": "greet", "payload": []}""", "payload: has to be a JSON object")]
    [TestCase("""{"workflow_key": "greet", "variables": 1}""", "variables: has to be a JSON object")]
    [TestCase("""{"workflow_key": "greet", "priority": 5}""", "priority: has to be an integer from 1 to 4")]
    [TestCase("""{"workflow_key": "greet", "priority": "soon"}""", "priority: has to be urgent, high, medium or low, or 1 to 4")]
    [TestCase("""{"workflow_key": "greet", "scheduled_at": "tomorrow"}""", "scheduled_at: has to be a time such as 2026-11-21T07:00:00Z")]
    [TestCase("""{"workflow_key": "greet", "version": 0}""", "version: has to be an integer from 1 to 2147483647")]
    [TestCase("""{"workflow_key": "greet", "payload": {}}""", "payload.name: is required")]
    public async Task Wrong_fields_are_named(string body, string error)
    {
        var answer = await SendAsync("POST", "/api/runs", body);

        answer.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
        answer.Errors.Should().Contain(error);
    }

    [Test]
    public async Task An_unknown_workflow_is_not_found_and_seed_routes_say_it_in_their_own_words_too()
    {
        var ours = await SendAsync("POST", "/api/runs", """{"workflow_key": "nobody"}""");
        var seeds = await SendAsync("POST", "/functions/v1/orchestrator/dispatch", """{"workflow_key": "nobody"}""");

        ours.ShouldBeProblem(HttpStatusCode.NotFound);
        ours.Body["error"].Should().BeNull();
        seeds.ShouldBeProblem(HttpStatusCode.NotFound);
        ((bool)seeds.Body["ok"]!, (bool)seeds.Body["success"]!).Should().Be((false, false));
        ((string)seeds.Body["error"]!).Should().Contain("There is no workflow 'nobody'");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_body_that_is_too_large_is_refused(bool chunked)
    {
        using var content = new StringContent($$"""{"workflow_key": "{{new string('x', 3 << 20)}}"}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await Service.Client.SendAsync(request);

        (await ApiAnswer.OfAsync(response)).ShouldBeProblem(HttpStatusCode.RequestEntityTooLarge);
    }

    [TestCase("Idempotency-Key")]
    [TestCase("X-Idempotency-Key")]
    public async Task The_same_key_and_body_give_the_first_answer_again(string header)
    {
        const string body = """{"workflow_key": "greet", "payload": {"name": "ada"}}""";
        var first = await SendAsync("POST", "/api/runs", body, (header, $"again {header}"));
        var again = await SendAsync("POST", "/functions/v1/orchestrator/dispatch", body, (header, $"again {header}"));
        var other = await SendAsync("POST", "/api/runs", body.Replace("ada", "eve", StringComparison.Ordinal), (header, $"again {header}"));

        first.Headers.Should().NotContainKey("Idempotency-Replayed");
        again.Status.Should().Be(HttpStatusCode.Accepted);
        again.Text.Should().Be(first.Text);
        again.Headers["Idempotency-Replayed"].Should().Be("true");
        other.ShouldBeProblem(HttpStatusCode.UnprocessableEntity);
    }

    [TestCase("")]
    [TestCase(null)]
    public async Task A_key_has_a_length(string? key)
    {
        var answer = await SendAsync("POST", "/api/runs", """{"workflow_key": "greet"}""", ("Idempotency-Key", key ?? new string('k', 256)));

        answer.ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task Words_for_priorities_are_taken()
    {
        var id = await DispatchAsync(""", "priority": "urgent" """);

        (await TestRun.ReadAsync(Service.Database, new RunId(Guid.Parse(id)))).Row.Priority.Should().Be(1);
    }

    private static Process StartCurl(string[] arguments) =>
        Process.Start(new ProcessStartInfo("curl", arguments) { RedirectStandardOutput = true })!;
}
