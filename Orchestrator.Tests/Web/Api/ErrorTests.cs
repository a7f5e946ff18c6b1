using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Orchestrator.Jobs.Access;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

/// <summary>Whatever is wrong with a request, the answer is a problem of RFC 9457 that says so.</summary>
[TestFixture]
internal sealed class ErrorTests : ApiFixture
{
    private const string Sound = """{"workflow_key": "greet", "payload": {"name": "ada"}}""";

    [TestCase("GET", "/api/nothing", null, null, 404, "GET /api/nothing is not a route")]
    [TestCase("GET", "/api/runs/no-id", null, null, 404, "'no-id' is no id of one of the runs")]
    [TestCase("DELETE", "/api/runs", null, null, 405, "takes GET, POST")]
    [TestCase("GET", "/functions/v1/orchestrator/dispatch", null, null, 405, "takes POST")]
    [TestCase("POST", "/api/runs", Sound, "application/xml", 415, "application/json")]
    [TestCase("POST", "/api/runs", Sound, "multipart/form-data; boundary=x", 415, "application/json")]
    [TestCase("POST", "/api/runs", Sound, "application/json; charset=utf-16", 415, "UTF-8")]
    [TestCase("POST", "/api/runs", Sound, "nonsense", 415, "application/json")]
    [TestCase("PUT", "/api/workflows/x", "key: x", "application/xml", 415, "application/yaml")]
    [TestCase("POST", "/api/runs", "{\"a\": 1,\n  oops}", "application/json", 400, "line 2, byte 3")]
    [TestCase("POST", "/api/runs", "[]", "application/json", 400, "has to be a JSON object")]
    [TestCase("POST", "/api/runs", "{} {}", "application/json", 400, "not valid JSON")]
    [TestCase("POST", "/api/keys", "{\"nam\": \"x\", \"role\": \"viewer\"}", "application/json", 422, "did you mean 'name'?")]
    [TestCase("GET", "/api/runs?stauts=failed", null, null, 400, "stauts is not known; did you mean 'status'?")]
    [TestCase("GET", "/api/runs?foo=1", null, null, 400, "foo is not known.")]
    [TestCase("GET", "/api/runs/018f0000-0000-7000-8000-000000000000/snapshots/99999999999", null, null, 404, "There is no snapshot 99999999999")]
    [TestCase("POST", "/api/runs/018f0000-0000-7000-8000-000000000000/snapshots/99999999999/restore", "{}", "application/json", 404, "There is no run")]
    [TestCase("POST", "/api/jobs/018f0000-0000-7000-8000-000000000000/retry", "{\"reason\": \"once more\"}", "application/json", 404, "There is no job")]
    [TestCase("GET", "/api/runs?limit=-1", null, null, 400, "limit has to be 1 to 500")]
    [TestCase("GET", "/api/runs?limit=1&limit=2", null, null, 400, "limit")]
    [TestCase("GET", "/api/runs/018f0000-0000-7000-8000-000000000000?verbose=1", null, null, 400, "verbose is not known")]
    [TestCase("DELETE", "/api/keys/018f0000-0000-7000-8000-000000000000?force=true", null, null, 400, "force is not known")]
    [TestCase("GET", "/api/keys?cursor=x", null, null, 400, "cursor")]
    public async Task Is_a_problem(string method, string path, string? body, string? contentType, int status, string detail)
    {
        var answer = await SendAsAsync(method, path, body, contentType);

        answer.ShouldBeProblem((HttpStatusCode)status);
        ((string)answer.Body["detail"]!).Should().Contain(detail).And.NotContain("?.");
    }

    [Test]
    public async Task Every_error_of_every_route_is_a_problem()
    {
        var wrong = new List<string>();
        foreach (var route in MappedRoute.Of(Service))
        {
            string[] bodies = route.Method == "GET" ? [""] : ["", "{", "[1]", "{\"no such member\": 1}"];
            foreach (var body in bodies)
            {
                var answer = await SendAsAsync(route.Method, route.Path(_ => null), body.Length > 0 ? body : null, "application/json");
                if ((int)answer.Status >= 500 || ((int)answer.Status >= 400 && answer.ContentType != "application/problem+json"))
                {
                    wrong.Add($"{route} with '{body}': {(int)answer.Status} {answer.ContentType} {answer.Text}");
                }
            }
        }

        wrong.Should().BeEmpty();
    }

    [Test]
    public async Task The_methods_that_an_address_takes_are_in_the_header_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/runs");
        using var response = await Service.Client.SendAsync(request);

        response.Content.Headers.Allow.Should().BeEquivalentTo("GET", "POST");
    }

    [TestCase("/functions/v1/nothing")]
    [TestCase("/autonomous/nothing")]
    public async Task Routes_of_the_seeds_say_it_in_their_words_too(string path)
    {
        var answer = await GetAsync(path);

        answer.ShouldBeProblem(HttpStatusCode.NotFound);
        ((bool)answer.Body["ok"]!, (bool)answer.Body["success"]!).Should().Be((false, false));
        ((string)answer.Body["error"]!).Should().Be((string)answer.Body["detail"]!);
    }

    [TestCase(null)]
    [TestCase("application/json")]
    [TestCase("application/json; charset=\"UTF-8\"")]
    [TestCase("application/vnd.any+json")]
    [TestCase("application/x-www-form-urlencoded", Description = "what curl -d sends unasked")]
    [TestCase("text/plain")]
    public async Task What_is_sent_as_json_or_unasked_is_taken(string? contentType) =>
        (await SendAsAsync("POST", "/api/runs", Sound, contentType)).Status.Should().Be(HttpStatusCode.Accepted);

    [TestCase(null)]
    [TestCase("application/json")]
    [TestCase("text/plain")]
    public async Task A_request_that_needs_no_body_takes_none(string? contentType)
    {
        var id = (string)(await SendAsync("POST", "/api/keys", """{"name": "gone", "role": "viewer"}""")).Body["id"]!;
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/keys/{id}");
        request.Content = contentType is null ? null : new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
        using var response = await Service.Client.SendAsync(request);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task Bytes_that_are_no_utf8_are_a_wrong_request()
    {
        using var content = new ByteArrayContent([.. "{\"workflow_key\": \""u8, 0xff, 0xfe, .. "\"}"u8]);
        using var response = await Service.Client.PostAsync("/api/runs", content);

        (await ApiAnswer.OfAsync(response)).ShouldBeProblem(HttpStatusCode.BadRequest);
    }

    [TestCase("/api/runs?user_id=%00")]
    [TestCase("/api/workflows?cursor=%00")]
    public async Task Nul_in_a_filter_matches_nothing(string path) =>
        (await GetAsync(path)).Status.Should().Be(HttpStatusCode.OK);

    [Test]
    public async Task Nul_in_a_field_does_no_harm() =>
        (await SendAsync("POST", "/api/keys", """{"name": "a\u0000b", "role": "viewer"}""")).Status.Should().Be(HttpStatusCode.Created);

    [Test]
    public async Task A_database_that_fails_is_not_shown()
    {
        using var admin = await Service.CreateClientAsync(Role.Admin);
        await Service.Database.ExecuteAsync("alter table workflow_heads rename to workflow_heads_gone");
        using var response = await admin.GetAsync("/api/workflows");
        await Service.Database.ExecuteAsync("alter table workflow_heads_gone rename to workflow_heads");
        var answer = await ApiAnswer.OfAsync(response);

        answer.ShouldBeProblem(HttpStatusCode.InternalServerError);
        answer.Text.Should().NotContain("workflow_heads");
    }

    private async Task<ApiAnswer> SendAsAsync(string method, string path, string? body, string? contentType)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var response = await Service.Client.SendAsync(request);
        return await ApiAnswer.OfAsync(response);
    }
}
