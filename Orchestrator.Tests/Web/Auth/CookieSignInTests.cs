using System.Net;
using Orchestrator.Jobs.Access;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Tests.Support;
using Orchestrator.Web.Auth;

namespace Orchestrator.Tests.Web.Auth;

/// <summary>The dashboards are for those who have signed in with a key; the cookie opens nothing else.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class CookieSignInTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public void TheseRoutesAndNoOthersAreForBrowsers() => MappedRoute.ForBrowsers(_service).Select(route => route.ToString()).Should().BeEquivalentTo(
        "GET /login", "POST /login", "GET /logout", "POST /logout", "GET /hangfire/{**hangfirePath}", "GET /runs/{id:guid}", "GET /runs/{id:guid}/graph.svg");

    [Test]
    public async Task WithoutCookieTheDashboardLeadsToTheSignIn()
    {
        using var client = Browser();

        using var answer = await client.GetAsync("/hangfire/jobs/failed?from=10");

        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        answer.Headers.Location!.PathAndQuery.Should().Be("/login?return=%2Fhangfire%2Fjobs%2Ffailed%3Ffrom%3D10");
    }

    [Test]
    public async Task AKeyOpensTheDashboardAndLeadsBack()
    {
        using var client = Browser();

        using var signedIn = await LogInAsync(client, TestService.AdminKey, "/hangfire/servers");
        signedIn.StatusCode.Should().Be(HttpStatusCode.Redirect);
        signedIn.Headers.Location!.OriginalString.Should().Be("/hangfire/servers");
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        cookie.Should().Contain("httponly").And.Contain("samesite=strict").And.NotContain(TestService.AdminKey);
        (await client.GetStringAsync("/hangfire/servers")).Should().Contain("Orchestrator jobs").And.Contain("Sign out");
        (await client.GetStringAsync("/hangfire/recurring")).Should().Contain("</html>");
    }

    [Test]
    public async Task SigningOutForgetsIt()
    {
        using var client = Browser();
        using var signedIn = await LogInAsync(client, TestService.AdminKey, "/hangfire");

        using var signedOut = await client.PostAsync("/logout", null);

        signedOut.Headers.Location!.OriginalString.Should().Be("/login");
        using var answer = await client.GetAsync("/hangfire");
        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
    }

    [Test]
    public async Task TheApiDoesNotTakeTheCookie()
    {
        using var client = Browser();
        using var signedIn = await LogInAsync(client, TestService.AdminKey, "/hangfire");

        using var answer = await client.GetAsync("/api/runs");

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [TestCase("//evil.example")]
    [TestCase("https://evil.example/hangfire")]
    [TestCase("/\\evil.example")]
    [TestCase("")]
    public async Task ItLeadsToNoOtherSite(string back)
    {
        await using var service = await TestService.StartAsync(TestService.WithoutWorkers);
        using var client = Browser(service);

        using var signedIn = await LogInAsync(client, TestService.AdminKey, back);

        signedIn.Headers.Location!.OriginalString.Should().Be("/hangfire");
    }

    [Test]
    public async Task AWrongKeyIsRefusedAndTooManyAreNotEvenLookedAt()
    {
        await using var service = await TestService.StartAsync(TestService.WithoutWorkers);
        using var client = Browser(service);
        for (var attempt = 0; attempt < FailedLogins.PerMinute; attempt++)
        {
            using var refused = await LogInAsync(client, "wrong<key>", "/hangfire\"><script>");
            refused.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            (await refused.Content.ReadAsStringAsync()).Should().Contain("This key is not known").And.NotContain("<script>").And.NotContain("wrong");
        }

        using var tooMany = await LogInAsync(client, TestService.AdminKey, "/hangfire");
        tooMany.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        tooMany.Headers.RetryAfter.Should().NotBeNull();
    }

    [Test]
    public async Task AViewerLooksAndAnOperatorActs()
    {
        foreach (var (role, forms) in new[] { ("viewer", false), ("operator", true), ("admin", true) })
        {
            using var client = Browser();
            using var signedIn = await LogInAsync(client, (await MakeKeyAsync(role)).Key, "/hangfire");
            signedIn.StatusCode.Should().Be(HttpStatusCode.Redirect, role);

            var page = await client.GetStringAsync("/hangfire/jobs/enqueued");
            page.Contains("<form method=\"post\"", StringComparison.Ordinal).Should().Be(forms, role);
        }
    }

    [Test]
    public async Task ARevokedKeysCookieOpensNothing()
    {
        using var client = Browser();
        var (id, key) = await MakeKeyAsync("operator");
        using var signedIn = await LogInAsync(client, key, "/hangfire");
        await client.GetStringAsync("/hangfire");

        using var revoked = await _service.Client.DeleteAsync($"/api/keys/{id}");
        revoked.IsSuccessStatusCode.Should().BeTrue();

        await Eventually.IsTrueAsync(
            async () =>
            {
                using var answer = await client.GetAsync("/hangfire");
                return answer.StatusCode == HttpStatusCode.Redirect;
            },
            "the end of the revoked key's cookie");
    }

    [Test]
    public async Task AnotherTenantsKeyIsRefused()
    {
        var (_, key) = await MakeKeyAsync("admin", tenant: "other");
        using var client = Browser();

        using var answer = await LogInAsync(client, key, "/hangfire");

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    private async Task<(Guid Id, string Key)> MakeKeyAsync(string role, string tenant = DispatchRequest.DefaultTenant)
    {
        var (key, secret) = await _service.Get<ApiKeyStore>().CreateAsync(
            new NewApiKey { Tenant = tenant, Name = role, Role = RoleWords.Of(role)!.Value, CreatedBy = "test", ExpiresAt = null }, CancellationToken.None);
        return (key.ApiKeyId, secret);
    }

    private HttpClient Browser() => Browser(_service);

    private static HttpClient Browser(TestService service) =>
        new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = service.Address };

    private static async Task<HttpResponseMessage> LogInAsync(HttpClient client, string key, string back)
    {
        using var form = new FormUrlEncodedContent([new("key", key), new("return", back)]);
        return await client.PostAsync("/login", form);
    }
}
