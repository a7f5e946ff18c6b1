using System.Net;
using Hangfire;
using Hangfire.Dashboard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>Who may see and do what, and what a browser is told of it.</summary>
[TestFixture]
internal sealed class AccessTests : HangfireFixture
{
    [TestCase(false)]
    [TestCase(true)]
    public async Task APostNeedsThePagesToken(bool hasAntiforgery)
    {
        await using var dashboard = await TestDashboard.StartAsync(Storage, hasAntiforgery: hasAntiforgery);
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"))!;
        KeyValuePair<string, string>[] form = [new("jobs[]", id)];

        using var alone = await dashboard.PostWithoutTokenAsync("/jobs/enqueued/delete", form);
        alone.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        await dashboard.GetAsync("/");
        using var withCookieOnly = await dashboard.PostWithoutTokenAsync("/jobs/enqueued/delete", form);
        withCookieOnly.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        using var withWrongToken = await dashboard.PostWithoutTokenAsync("/jobs/enqueued/delete", [.. form, new("__RequestVerificationToken", new string('0', 64))]);
        withWrongToken.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        using var stats = await dashboard.PostWithoutTokenAsync("/stats", [new("metrics[]", "failed:count")]);
        stats.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        StateOf(id).Should().Be("Enqueued");

        using var proper = await dashboard.PostAsync("/jobs/enqueued/delete", ("jobs[]", id));
        proper.StatusCode.Should().Be(HttpStatusCode.NoContent);
        StateOf(id).Should().Be("Deleted");
    }

    [Test]
    public async Task APostThatAnotherSiteSendsIsRefusedEvenWithToken()
    {
        await using var dashboard = await TestDashboard.StartAsync(Storage);
        dashboard.Client.DefaultRequestHeaders.Add("Sec-Fetch-Site", "cross-site");

        using var answer = await dashboard.PostAsync("/jobs/enqueued/delete");

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task TokensCanBeLeftOut()
    {
        await using var dashboard = await TestDashboard.StartAsync(Storage, new DashboardOptions { IgnoreAntiforgeryToken = true });

        using var answer = await dashboard.PostWithoutTokenAsync("/jobs/enqueued/delete", []);

        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task ReadOnlyShowsEverythingAndDoesNothing()
    {
        await using var dashboard = await TestDashboard.StartAsync(Storage, new DashboardOptions { IsReadOnlyFunc = static _ => true });
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"))!;
        new RecurringJobManager(Storage).AddOrUpdate<TestJobs>("report", jobs => jobs.Touch("r"), Cron.Never());

        foreach (var path in new[] { "/jobs/enqueued/default", "/jobs/enqueued", "/recurring", $"/jobs/details/{id}" })
            (await dashboard.GetAsync(path)).Should().NotContain("method=\"post\"", path).And.Contain("TestJobs.Touch", path);
        foreach (var path in new[] { "/jobs/enqueued/delete", "/recurring/trigger", "/queues/pause", $"/jobs/actions/delete/{id}" })
        {
            using var answer = await dashboard.PostAsync(path, ("jobs[]", id), ("jobs[]", "report"));
            answer.StatusCode.Should().Be(HttpStatusCode.Forbidden, path);
        }

        StateOf(id).Should().Be("Enqueued");
        using var stats = await dashboard.PostAsync("/stats", ("metrics[]", "failed:count"));
        stats.StatusCode.Should().Be(HttpStatusCode.OK, "looking is allowed");
    }

    [Test]
    public async Task FiltersHaveToAgree()
    {
        var refusal = new DashboardOptions { Authorization = [new Answer(true), new Answer(false)] };
        await using var refused = await TestDashboard.StartAsync(Storage, refusal);
        await refused.GetAsync("/", HttpStatusCode.Unauthorized);
        await refused.GetAsync("/assets/dashboard.css", HttpStatusCode.Unauthorized);
        await using var refusedLater = await TestDashboard.StartAsync(Storage, new DashboardOptions { AsyncAuthorization = [new Answer(false)] });
        await refusedLater.GetAsync("/", HttpStatusCode.Unauthorized);
        await using var admitted = await TestDashboard.StartAsync(Storage, new DashboardOptions { Authorization = [new Answer(true)], AsyncAuthorization = [new Answer(true)] });
        await admitted.GetAsync("/");
    }

    [Test]
    public void OnlyThisMachineIsLetInByDefault()
    {
        static bool IsLetIn(string? remote, string? local)
        {
            var http = new DefaultHttpContext();
            http.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
            http.Connection.LocalIpAddress = local is null ? null : IPAddress.Parse(local);
            return new DashboardOptions().Authorization.All(filter => filter.Authorize(new AspNetCoreDashboardContext(new NoStorage(), new DashboardOptions(), http)));
        }

        IsLetIn("127.0.0.1", "127.0.0.1").Should().BeTrue();
        IsLetIn("::1", "::1").Should().BeTrue();
        IsLetIn("10.0.0.7", "10.0.0.7").Should().BeTrue();
        IsLetIn("10.0.0.8", "10.0.0.7").Should().BeFalse();
        IsLetIn(null, null).Should().BeFalse();
    }

    [Test]
    public async Task APolicyCanGuardIt()
    {
        await using var dashboard = await TestDashboard.StartAsync(
            static services =>
            {
                services.AddAuthentication("none").AddCookie("none", static cookie => cookie.Events.OnRedirectToLogin = static context =>
                {
                    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                    return Task.CompletedTask;
                });
                services.AddAuthorizationBuilder().AddPolicy("operators", static policy => policy.RequireAuthenticatedUser());
            },
            app =>
            {
                app.UseAuthentication();
                app.UseAuthorization();
                app.MapHangfireDashboardWithAuthorizationPolicy("operators", storage: Storage);
            });

        await dashboard.GetAsync("/", HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task ABranchOfThePipelineAndAnotherPathAndPrefixWorkToo()
    {
        await using var dashboard = await TestDashboard.StartAsync(
            static _ => { },
            app =>
            {
                app.UseHangfireDashboard("/hangfire", new DashboardOptions { PrefixPath = "/behind" }, Storage);
                app.MapHangfireDashboard("/ops/{team}/jobs", new DashboardOptions { AppPath = null, DashboardTitle = "Team <jobs>" }, Storage);
            });

        (await dashboard.GetAsync("/jobs/failed")).Should().Contain("href=\"/behind/hangfire/servers\"");
        var other = await dashboard.Client.GetStringAsync(new Uri("/ops/blue/jobs/servers", UriKind.Relative));
        other.Should().Contain("href=\"/ops/blue/jobs/retries\"").And.Contain("Team &lt;jobs&gt;").And.NotContain("Back to site");
    }

    [Test]
    public async Task PagesMayLoadAndRunOnlyWhatIsTheDashboards()
    {
        await using var dashboard = await TestDashboard.StartAsync(Storage);

        using var answer = await dashboard.Client.GetAsync(new Uri("/hangfire", UriKind.Relative));

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        policy.Should().StartWith("default-src 'none'").And.NotContain("unsafe");
        answer.Headers.GetValues("X-Content-Type-Options").Should().Equal("nosniff");
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        cookie.Should().Contain("httponly").And.Contain("samesite=strict").And.Contain("path=/hangfire");
    }

    private sealed class Answer(bool isLetIn) : IDashboardAuthorizationFilter, IDashboardAsyncAuthorizationFilter
    {
        public bool Authorize(DashboardContext context) => isLetIn;

        public Task<bool> AuthorizeAsync(DashboardContext context) => Task.FromResult(isLetIn);
    }

    private sealed class NoStorage : JobStorage
    {
        public override global::Hangfire.Storage.IMonitoringApi GetMonitoringApi() => throw new NotSupportedException();

        public override global::Hangfire.Storage.IStorageConnection GetConnection() => throw new NotSupportedException();
    }
}
