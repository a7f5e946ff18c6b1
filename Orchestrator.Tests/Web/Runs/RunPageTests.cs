using System.Net;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Web.Runs;

/// <summary>A run's page, and the ways from Hangfire's dashboard to it.</summary>
[TestFixture]
internal sealed class RunPageTests
{
    private const string Markup = "<script>alert(1)</script>";

    private TestService _service = null!;
    private HttpClient _browser = null!;
    private TestRun _run = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        _service.Target.On("/bad", (http, _) => TargetServer.JsonAsync(http, 400, $$"""{"ok": false, "error": "{{Markup}}"}"""));
        _run = await _service.RunAsync("""
            key: shown
            steps:
              - { id: first, type: transform, value: 1 }
              - { id: second, call: /bad, depends_on: [first], retry: { max_attempts: 1 } }
              - { id: third, type: transform, value: 1, depends_on: [second] }
            """);
        _browser = await SignedInAsync(TestService.AdminKey);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        _browser.Dispose();
        await _service.DisposeAsync();
    }

    [Test]
    public async Task It_shows_the_run_its_steps_and_their_jobs_and_nothing_unescaped()
    {
        using var answer = await _browser.GetAsync($"/runs/{_run.Id}");
        var page = await answer.Content.ReadAsStringAsync();

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        page.Should().Contain(">failed<").And.Contain("<td>second</td><td class=\"dead\">dead</td>").And.Contain("cancelled");
        page.Should().Contain($"/hangfire/jobs/details/{_run["second"].HangfireJobId}\"").And.Contain($"/runs/{_run.Id}/graph.svg");
        page.Should().NotContain("<script");
        answer.Headers.GetValues("Content-Security-Policy").Single().Should().StartWith("default-src 'none'");
        (await _browser.GetStringAsync($"/runs/{_run.Id}/graph.svg")).Should().Contain("<svg");
    }

    [Test]
    public async Task A_steps_job_leads_to_its_run_and_its_neighbours()
    {
        var page = await _browser.GetStringAsync($"/hangfire/jobs/details/{_run["second"].HangfireJobId}");

        page.Should().Contain($"/runs/{_run.Id}").And.Contain("Depends on").And.Contain($"jobs/details/{_run["first"].HangfireJobId}");
        page.Should().Contain("Leads to").And.Contain("third").And.Contain("StepFailedException");
    }

    [TestCase("shown")]
    [TestCase("{run}")]
    public async Task A_run_is_found_by_its_workflow_and_its_id(string words)
    {
        var page = await _browser.GetStringAsync($"/hangfire/search/runs?q={words.Replace("{run}", _run.Id.ToString(), StringComparison.Ordinal)}");

        page.Should().Contain($"href=\"/runs/{_run.Id}\"").And.Contain("</html>");
        (await _browser.GetStringAsync("/hangfire/search/runs?q=nothing-of-it")).Should().NotContain("href=\"/runs/").And.Contain("Nothing was found.");
    }

    [Test]
    public async Task Another_tenants_run_is_not_shown_nor_any_to_whoever_has_not_signed_in()
    {
        using var anonymous = Browser();
        using var refused = await anonymous.GetAsync($"/runs/{_run.Id}");
        refused.StatusCode.Should().Be(HttpStatusCode.Redirect);

        var other = await _service.RunAsync("{ key: others, steps: [{ id: one, type: transform, value: 1 }] }");
        foreach (var table in new[] { "workflow_runs", "workflow_run_data", "job_queue" })
        {
            await _service.Database.ExecuteAsync($"update {table} set tenant_id = 'other' where workflow_run_id = '{other.Id}'");
        }

        await _service.Database.ExecuteAsync($"""
            update hangfire.job set arguments = jsonb_set(arguments, array['0'], to_jsonb('"other"'::text)) where id = {other["one"].HangfireJobId}
            """);
        (await _browser.GetAsync($"/runs/{other.Id}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _browser.GetAsync($"/runs/{other.Id}/graph.svg")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await _browser.GetStringAsync("/hangfire/search/runs")).Should().NotContain(other.Id.ToString()).And.Contain(_run.Id.ToString());
        (await _browser.GetStringAsync($"/hangfire/jobs/details/{other["one"].HangfireJobId}")).Should().NotContain($"/runs/{other.Id}");
    }

    private HttpClient Browser() => new(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = _service.Address };

    private async Task<HttpClient> SignedInAsync(string key)
    {
        var client = Browser();
        using var form = new FormUrlEncodedContent([new("key", key), new("return", "/hangfire")]);
        using var answer = await client.PostAsync("/login", form);
        answer.StatusCode.Should().Be(HttpStatusCode.Redirect);
        return client;
    }
}
