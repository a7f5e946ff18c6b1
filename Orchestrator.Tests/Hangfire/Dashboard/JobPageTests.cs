using System.ComponentModel.DataAnnotations;
using Hangfire;
using Hangfire.Dashboard;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>The page of a job, and the search that finds it.</summary>
[TestFixture]
internal sealed class JobPageTests : DashboardFixture
{
    protected override DashboardOptions Options => new()
    {
        DisplayNameFunc = static (_, job) => job.Method.Name == nameof(SecretJobs.Renamed) ? "a name of its own" : null,
    };

    [Test]
    public async Task ShowsTheCallWithItsArguments()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Run("0195", 3, CancellationToken.None));

        var page = TextOf(await Dashboard.GetAsync($"/jobs/details/{id}"));

        page.Should().Contain("using Orchestrator.Tests.Hangfire.Support;").And.Contain("var testJobs = Activate<TestJobs>();");
        page.Should().Contain("testJobs.Run(\"0195\", 3, CancellationToken.None);");
    }

    [Test]
    public async Task ShowsTheHistoryWithItsData()
    {
        using var server = StartServer();
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Add(20, 22))!;
        await UntilStateAsync(id, "Succeeded");

        var page = await Dashboard.GetAsync($"/jobs/details/{id}");

        page.Should().Contain("<dt>Result</dt><dd><code>42</code></dd>").And.Contain("<dt>Latency</dt>").And.Contain("<dt>Server</dt>").And.Contain("<dt>Queue</dt>");
        page.IndexOf("state-border-succeeded", StringComparison.Ordinal).Should().BeLessThan(page.IndexOf("state-border-enqueued", StringComparison.Ordinal), "the newest is the first");
        page.Should().Contain("CurrentCulture").And.Contain("It expires");
    }

    [Test]
    public async Task ShowsTheExceptionWithItsStack()
    {
        using var server = StartServer();
        var id = Client.Enqueue<TestJobs>(jobs => jobs.BoomOnce())!;
        await UntilStateAsync(id, "Failed");

        var page = await Dashboard.GetAsync($"/jobs/details/{id}");

        page.Should().Contain("System.InvalidOperationException").And.Contain("boom once").And.Contain("<span class=\"frame\">   at Orchestrator.Tests.Hangfire.Support.TestJobs.BoomOnce()");
    }

    [Test]
    public async Task LinksParentAndChildren()
    {
        var parent = Client.Schedule<TestJobs>(jobs => jobs.Touch("parent"), TimeSpan.FromHours(1))!;
        var child = Client.ContinueJobWith<TestJobs>(parent, jobs => jobs.Touch("child"));

        (await Dashboard.GetAsync($"/jobs/details/{parent}")).Should().Contain("Children").And.Contain($"/hangfire/jobs/details/{child}\"");
        (await Dashboard.GetAsync($"/jobs/details/{child}")).Should().Contain("<h3>Parent</h3>").And.Contain($"/hangfire/jobs/details/{parent}\"");
    }

    [Test]
    public async Task HidesWhatTheApplicationMarksAsSecret()
    {
        using var server = StartServer();
        var id = Client.Enqueue<SecretJobs>(jobs => jobs.LogIn("ada", "hunter2"))!;
        var all = Client.Enqueue<SecretJobs>(jobs => jobs.AllSecret("hunter3"))!;
        await UntilStateAsync(id, "Succeeded");
        await UntilStateAsync(all, "Succeeded");

        (await Dashboard.GetAsync($"/jobs/details/{id}")).Should().Contain("ada").And.Contain("••••••").And.NotContain("hunter2");
        (await Dashboard.GetAsync($"/jobs/details/{all}")).Should().NotContain("hunter3", "neither as an argument nor as the result");
    }

    [Test]
    public async Task HidesArgumentsOfAJobWhoseClassIsUnknownHere()
    {
        var id = Client.Enqueue<SecretJobs>(jobs => jobs.LogIn("ada", "hunter2"))!;
        Execute("""update hangfire.job set invocationdata = jsonb_set(invocationdata, '{Type}', '"Gone.Forever, Gone"') where id = $1""", long.Parse(id));

        var page = await Dashboard.GetAsync($"/jobs/details/{id}");

        page.Should().Contain("does not know").And.Contain("Gone.Forever, Gone").And.NotContain("hunter2");
        (await Dashboard.GetAsync("/jobs/enqueued/default")).Should().Contain("Forever.LogIn").And.Contain("not loadable here");
    }

    [Test]
    public async Task NamesAreTheApplicationsOwn()
    {
        Client.Enqueue<SecretJobs>(jobs => jobs.Renamed());
        Client.Enqueue<SecretJobs>(jobs => jobs.Named("Ada"));
        Client.Enqueue<SecretJobs>(jobs => jobs.BadlyNamed("Ada"));

        (await Dashboard.GetAsync("/jobs/enqueued/default")).Should().Contain(">a name of its own<").And.Contain(">Mail to Ada<")
            .And.Contain(">SecretJobs.BadlyNamed<", "a format that does not fit hides nothing");
    }

    [Test]
    public async Task SearchFindsByIdAndByPartOfTheName()
    {
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1));
        var other = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"));

        foreach (var text in new[] { id, $"%23{id}", "TestJobs.Add", "testjobs.ad", "support.testjobs.add" })
        {
            var page = await Dashboard.GetAsync($"/search?q={text}");
            page.Should().Contain($"#{id}<", text).And.NotContain($"#{other}<", text);
        }

        (await Dashboard.GetAsync("/search?q=%25")).Should().Contain("Nothing was found.", "it is no pattern");
    }

    [Test]
    public async Task ApplicationsAddSearchesPagesAndPartsOfJobPages()
    {
        var mark = Guid.NewGuid().ToString("N");
        DashboardRoutes.Routes.AddRazorPage($"/search/runs-{mark}", _ => new RunSearch());
        GlobalConfiguration.Configuration.UseJobDetailsRenderer(0, job => new NonEscapedString($"<p id=\"{mark}\">of job {job.JobId}</p>"));
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"));

        (await Dashboard.GetAsync("/search?q=a+b")).Should().Contain($"href=\"/hangfire/search/runs-{mark}?q=a%20b\"");
        (await Dashboard.GetAsync($"/search/runs-{mark}?q=%3Cb%3E")).Should().Contain("<h1>Runs &lt;b&gt;</h1>").And.StartWith("<!DOCTYPE html>", "it is put into the frame");
        (await Dashboard.GetAsync($"/jobs/details/{id}")).Should().Contain($"<p id=\"{mark}\">of job {id}</p>");
    }

    private static string TextOf(string html) =>
        System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Replace(html, "<[^>]+>", ""));

    private sealed class RunSearch : RazorPage
    {
        public override void Execute()
        {
            WriteLiteral("<h1>Runs ");
            Write(Query("q"));
            WriteLiteral("</h1>");
        }
    }
}

/// <summary>Jobs whose arguments or names are special.</summary>
public sealed class SecretJobs
{
    public void LogIn(string user, [DataType(DataType.Password)] string password)
    {
        // Its arguments are what matters.
    }

    [DataType(DataType.Password)]
    public string AllSecret(string token) => token;

    public void Renamed()
    {
        // Its name is what matters.
    }

    [JobDisplayName("Mail to {0}")]
    public void Named(string to)
    {
        // Its name is what matters.
    }

    [JobDisplayName("{7}")]
    public void BadlyNamed(string to)
    {
        // Its name is what matters.
    }
}
