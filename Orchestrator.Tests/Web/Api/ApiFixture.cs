using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

/// <summary>A service whose API the tests of one class call over HTTP.</summary>
internal abstract class ApiFixture
{
    protected TestService Service { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartServiceAsync()
    {
        Service = await TestService.StartAsync();
        await Service.PutAsync("""
            key: greet
            inputs: { name: { type: string, required: true } }
            steps: [{ id: hello, type: transform, value: "hello {{ inputs.name }}" }]
            """);
    }

    [OneTimeTearDown]
    public async Task StopServiceAsync() => await Service.DisposeAsync();

    /// <summary>Sends a request with the admin key; the answer's body as JSON.</summary>
    protected async Task<ApiAnswer> SendAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path)
        {
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await Service.Client.SendAsync(request);
        return await ApiAnswer.OfAsync(response);
    }

    protected Task<ApiAnswer> GetAsync(string path) => SendAsync("GET", path);

    protected async Task<string> DispatchAsync(string extra = "")
    {
        var answer = await SendAsync("POST", "/api/runs", $$"""{"workflow_key": "greet", "payload": {"name": "ada"} {{extra}} }""");
        answer.Status.Should().Be(HttpStatusCode.Accepted, answer.Text);
        return (string)answer.Body["workflow_run_id"]!;
    }
}

internal sealed record ApiAnswer(HttpStatusCode Status, string? ContentType, string Text, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Body => JsonNode.Parse(Text)!;

    /// <summary>Paths and messages of a problem.</summary>
    public IEnumerable<string> Errors => Body["errors"]!.AsArray().Select(error => $"{error!["path"]}: {error["message"]}");

    public static async Task<ApiAnswer> OfAsync(HttpResponseMessage response) => new(
        response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(),
        response.Headers.ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));

    /// <summary>It is a problem of RFC 9457 with that status.</summary>
    public void ShouldBeProblem(HttpStatusCode status)
    {
        Status.Should().Be(status, Text);
        ContentType.Should().Be("application/problem+json");
        ((int)Body["status"]!).Should().Be((int)status);
        ((string)Body["title"]!).Should().NotBeNullOrEmpty();
        ((string)Body["detail"]!).Should().NotBeNullOrEmpty();
    }
}
