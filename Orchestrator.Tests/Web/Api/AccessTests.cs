using System.Net;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Api;

[TestFixture]
internal sealed class AccessTests : ApiFixture
{
    private static readonly string[] Routes =
    [
        "POST /functions/v1/orchestrator/dispatch", "POST /api/runs", "GET /api/runs", "GET /api/runs/018f0000-0000-7000-8000-000000000000",
        "GET /api/runs/018f0000-0000-7000-8000-000000000000/attempts", "GET /api/runs/018f0000-0000-7000-8000-000000000000/logs",
        "GET /api/workflows/schema.json", "POST /api/events", "GET /api/events", "GET /api/events/018f0000-0000-7000-8000-000000000000",
        "POST /functions/v1/orchestrator/worker", "POST /functions/v1/cron-orchestrator",
        "GET /api/workflows", "GET /api/workflows/greet", "PUT /api/workflows/greet", "POST /api/workflows/validate", "GET /nowhere",
    ];

    [TestCaseSource(nameof(Routes))]
    public async Task Nothing_is_let_in_without_a_token(string route) => await RefusedAsync(route, null);

    [TestCaseSource(nameof(Routes))]
    public async Task Nothing_is_let_in_with_a_wrong_token(string route) => await RefusedAsync(route, "test-admin-key-0123456780");

    [Test]
    public async Task The_service_token_is_let_in_as_the_admin_key_is()
    {
        using var client = Service.CreateClient(TestService.ServiceToken);

        (await client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Test]
    public async Task Another_scheme_is_no_token()
    {
        using var client = Service.CreateClient(null);
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Basic {TestService.AdminKey}");

        (await client.GetAsync("/api/runs")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [TestCase("/healthz", "ok")]
    [TestCase("/readyz", "ready")]
    public async Task Probes_need_none(string path, string status)
    {
        using var client = Service.CreateClient(null);
        using var response = await client.GetAsync(path);
        var answer = await ApiAnswer.OfAsync(response);

        ((string)answer.Body["status"]!).Should().Be(status);
    }

    [Test]
    public async Task A_wrong_path_or_method_is_a_problem_that_says_which()
    {
        var path = await GetAsync("/api/nothing");
        var method = await SendAsync("DELETE", "/api/runs");

        path.ShouldBeProblem(HttpStatusCode.NotFound);
        ((string)path.Body["detail"]!).Should().Contain("GET /api/nothing");
        method.ShouldBeProblem(HttpStatusCode.MethodNotAllowed);
        ((string)method.Body["detail"]!).Should().Contain("DELETE /api/runs");
    }

    private async Task RefusedAsync(string route, string? token)
    {
        using var client = Service.CreateClient(token);
        using var request = new HttpRequestMessage(new HttpMethod(route.Split(' ')[0]), route.Split(' ')[1]);
        using var response = await client.SendAsync(request);
        var answer = await ApiAnswer.OfAsync(response);

        answer.ShouldBeProblem(HttpStatusCode.Unauthorized);
        answer.Headers["WWW-Authenticate"].Should().StartWith("Bearer");
        if (route.Contains("/functions/", StringComparison.Ordinal))
        {
            ((bool)answer.Body["ok"]!).Should().BeFalse();
        }
    }
}
