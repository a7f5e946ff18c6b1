using System.Net;
using Orchestrator.Jobs.Access;
using Orchestrator.Tests.Support;
using Orchestrator.Tests.Web.Api;

namespace Orchestrator.Tests.Web.Auth;

/// <summary>Every route of the running service × every role, whoever added the route.</summary>
[TestFixture]
internal sealed class RoleTests : ApiFixture
{
    private IReadOnlyList<MappedRoute> Routes => MappedRoute.Of(Service);

    [Test]
    public void Every_route_declares_a_role_or_that_it_needs_none() =>
        Routes.Where(route => route.Role is null == !route.IsAnonymous).Select(route => route.ToString()).Should().BeEmpty();

    [Test]
    public void These_routes_and_no_others_need_no_token() => Routes.Where(route => route.IsAnonymous).Select(route => route.ToString())
        .Should().BeSubsetOf([
            "GET /healthz", "GET /readyz", "POST /api/webhooks/{workflow_key}", "POST /api/webhooks/{tenant}/{workflow_key}",
        ]);

    [TestCase("GET /api/runs", Role.Viewer)]
    [TestCase("POST /api/runs", Role.Operator)]
    [TestCase("POST /functions/v1/orchestrator/dispatch", Role.Operator)]
    [TestCase("POST /api/workflows/validate", Role.Viewer)]
    [TestCase("PUT /api/workflows/{key}", Role.Admin)]
    [TestCase("GET /api/keys", Role.Admin)]
    [TestCase("POST /api/keys", Role.Admin)]
    [TestCase("DELETE /api/keys/{id:guid}", Role.Admin)]
    public void A_route_asks_for_its_role(string route, Role role) =>
        Routes.Single(one => one.ToString() == route).Role.Should().Be(role);

    [TestCase(null)]
    [TestCase(Role.Viewer)]
    [TestCase(Role.Operator)]
    [TestCase(Role.Admin)]
    public async Task A_route_lets_in_its_role_and_those_above_it(Role? role)
    {
        using var client = role is { } one ? await Service.CreateClientAsync(one) : Service.CreateClient(null);
        var wrong = new List<string>();
        foreach (var route in Routes)
        {
            var expected = route.IsAnonymous || role >= route.Role ? null
                : role is null ? HttpStatusCode.Unauthorized
                : (HttpStatusCode?)HttpStatusCode.Forbidden;
            using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Path(_ => null));
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var isRefused = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;
            if (expected is null ? isRefused && !route.IsAnonymous : response.StatusCode != expected)
            {
                wrong.Add($"{route}: {(int)response.StatusCode}, expected {expected?.ToString() ?? "to be let in"}");
            }
        }

        wrong.Should().BeEmpty();
    }

    [Test]
    public async Task What_is_refused_says_which_role_it_takes()
    {
        using var client = await Service.CreateClientAsync(Role.Viewer);
        using var response = await client.PostAsync("/functions/v1/orchestrator/dispatch", null);
        var answer = await ApiAnswer.OfAsync(response);

        answer.ShouldBeProblem(HttpStatusCode.Forbidden);
        ((string)answer.Body["detail"]!).Should().Be("This needs the role operator; the token's is viewer.");
        ((bool)answer.Body["ok"]!, (bool)answer.Body["success"]!).Should().Be((false, false));
    }
}
