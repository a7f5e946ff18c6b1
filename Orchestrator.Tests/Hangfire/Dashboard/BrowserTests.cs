using System.Net;
using Hangfire;
using Microsoft.Playwright;
using Orchestrator.Tests.Hangfire.Support;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>The dashboard as a person meets it, in a real browser. No test leaves an error in the console or asks another site.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class BrowserTests : DashboardFixture
{
    private readonly List<string> complaints = [];
    private IBrowserContext? browser;

    private IPage Page { get; set; } = null!;

    protected override DashboardOptions Options => new() { StatsPollingInterval = 200 };

    [SetUp]
    public async Task OpenAsync()
    {
        browser = await TestBrowser.OpenAsync();
        Page = await NewPageAsync(browser);
    }

    [TearDown]
    public async Task CloseAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        complaints.Should().BeEmpty();
    }

    [Test]
    public async Task SelectedJobsAreRequeuedTogether()
    {
        string[] ids = [Failed(), Failed(), Failed()];
        await GoAsync("/jobs/failed");
        var requeue = Page.GetByRole(AriaRole.Button, new() { Name = "Requeue" });
        (await requeue.IsDisabledAsync()).Should().BeTrue("nothing is selected");

        await Page.GetByLabel($"Select job {ids[0]}").CheckAsync();
        await Page.GetByLabel($"Select job {ids[2]}").CheckAsync();
        (await Page.Locator("[data-selected]").TextContentAsync()).Should().Be("2 selected");
        await requeue.ClickAsync();

        await Page.GetByText("2 done.").WaitForAsync();
        ids.Select(StateOf).Should().Equal("Enqueued", "Failed", "Enqueued");
        (await Page.Locator("tbody tr").CountAsync()).Should().Be(1);
    }

    [Test]
    public async Task AllAreDeletedAfterAQuestion()
    {
        string[] ids = [Failed(), Failed()];
        await GoAsync("/jobs/failed");
        await Page.GetByLabel("Select all").CheckAsync();
        Page.Dialog += static (_, dialog) => _ = dialog.DismissAsync();

        await Page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        ids.Select(StateOf).Should().Equal("Failed", "Failed");

        var second = await NewPageAsync(browser!);
        second.Dialog += static (_, dialog) => _ = dialog.AcceptAsync();
        await second.GotoAsync(Address("/jobs/failed"));
        await second.GetByLabel("Select all").CheckAsync();
        await second.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await second.GetByText("2 done.").WaitForAsync();
        ids.Select(StateOf).Should().Equal("Deleted", "Deleted");
    }

    [Test]
    public async Task PagesAndTheirSizeAreTurned()
    {
        var ids = Enumerable.Range(0, 25).Select(_ => Failed()).Reverse().ToArray();
        await GoAsync("/jobs/failed");
        (await Page.Locator("tbody tr").CountAsync()).Should().Be(10);

        await Page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await Page.GetByLabel($"Select job {ids[10]}", new() { Exact = true }).WaitForAsync();
        await Page.GetByRole(AriaRole.Link, new() { Name = "50", Exact = true }).ClickAsync();
        await Page.GetByLabel($"Select job {ids[24]}", new() { Exact = true }).WaitForAsync();
        (await Page.Locator("tbody tr").CountAsync()).Should().Be(25);
    }

    [Test]
    public async Task TheKeyboardIsEnough()
    {
        var id = Failed();
        await GoAsync("/jobs/failed");
        await Page.Keyboard.PressAsync("Tab");
        (await FocusedAsync()).Should().Be("Skip to content");
        await Page.Keyboard.PressAsync("Enter");

        await TabToAsync("input[name='jobs[]']");
        await Page.Keyboard.PressAsync("Space");
        await Page.Keyboard.PressAsync("Shift+Tab");
        await TabToAsync("button[formaction$='/jobs/failed/requeue']", "Shift+Tab");
        await Page.Keyboard.PressAsync("Enter");

        await Page.GetByText("1 done.").WaitForAsync();
        StateOf(id).Should().Be("Enqueued");
    }

    [Test]
    public async Task ARecurringJobIsTriggered()
    {
        new RecurringJobManager(Storage).AddOrUpdate<TestJobs>("report", jobs => jobs.Touch("r"), Cron.Never());
        await GoAsync("/recurring");

        await Page.GetByLabel("Select report").CheckAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Trigger now" }).ClickAsync();

        await Page.GetByText("1 done.").WaitForAsync();
        await Page.Locator("tbody .state-enqueued").WaitForAsync();
    }

    [Test]
    public async Task AQueueIsPausedAndResumed()
    {
        Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"));
        Page.Dialog += static (_, dialog) => _ = dialog.AcceptAsync();
        await GoAsync("/jobs/enqueued");

        await Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Page.GetByText("Paused", new() { Exact = true }).WaitForAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).WaitForAsync();

        Scalar<long>("select count(*) from hangfire.set where key = 'queues:paused'").Should().Be(0);
    }

    [Test]
    public async Task FiguresAndGraphAreLive()
    {
        await GoAsync("");
        var figure = Page.Locator(".figure[data-metric='succeeded:count']");
        (await figure.TextContentAsync()).Should().Be("0");

        using var server = StartServer();
        for (var i = 0; i < 5; i++) Client.Enqueue<TestJobs>(jobs => jobs.Add(1, 1));

        await Page.Locator(".figure[data-metric='succeeded:count']:text-is('5')").WaitForAsync();
        await Page.Locator("#live path.succeeded[d*='L']").WaitForAsync(new() { State = WaitForSelectorState.Attached });
    }

    [Test]
    public async Task ItIsDarkWhereTheReadersSystemIs()
    {
        async Task<string> GroundAsync(ColorScheme scheme)
        {
            await Page.EmulateMediaAsync(new() { ColorScheme = scheme });
            return await Page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        }

        await GoAsync("");
        (await GroundAsync(ColorScheme.Light)).Should().Be("rgb(246, 247, 248)");
        (await GroundAsync(ColorScheme.Dark)).Should().Be("rgb(18, 23, 27)");
    }

    [Test]
    public async Task ItFitsASmallScreen()
    {
        Failed(new string('x', 300));
        await Page.SetViewportSizeAsync(360, 700);
        foreach (var path in new[] { "", "/jobs/failed", "/jobs/enqueued", "/recurring", "/servers" })
        {
            await GoAsync(path);
            (await Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(360, path);
        }
    }

    [Test]
    public async Task TextOfJobsIsNeverRun()
    {
        const string Attack = "\"'><script>window.attacked = 1</script><img src=x onerror=\"window.attacked = 1\">";
        var failed = Failed(Attack);
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Note(Attack, null))!;
        var unknown = Client.Enqueue<TestJobs>(jobs => jobs.Touch("x"))!;
        Execute("update hangfire.job set invocationdata = jsonb_set(jsonb_set(invocationdata, '{Method}', to_jsonb($2)), '{Type}', to_jsonb($2 || ', X')) where id = $1", long.Parse(unknown), Attack);
        Execute("insert into hangfire.jobqueue (jobid, queue) values ($1, $2)", long.Parse(id), Attack);
        Execute("insert into hangfire.server (id, data, lastheartbeat) values ($1, jsonb_build_object('Queues', jsonb_build_array($1)), now())", Attack);
        Execute("insert into hangfire.jobparameter (jobid, name, value) values ($1, $2, $2)", long.Parse(id), Attack);
        Execute("update hangfire.state set reason = $1", Attack);
        new RecurringJobManager(Storage).AddOrUpdate<TestJobs>(Attack, jobs => jobs.Note(Attack, null), Cron.Never());
        Execute("insert into hangfire.hash (key, field, value) values ('recurring-job:' || $1, 'Error', $1)", Attack);

        string[] paths =
        [
            "", "/jobs/enqueued", "/jobs/enqueued/" + Uri.EscapeDataString(Attack), "/jobs/enqueued/default", "/jobs/failed", "/servers", "/recurring",
            $"/jobs/details/{failed}", $"/jobs/details/{id}", $"/jobs/details/{unknown}", "/search?q=" + Uri.EscapeDataString(Attack),
        ];
        foreach (var path in paths)
        {
            await GoAsync(path);
            (await Page.EvaluateAsync<bool>("'attacked' in window || document.querySelector('img, main script') !== null")).Should().BeFalse(path);
        }
    }

    [Test]
    public async Task WithoutScriptsEverythingButTheLiveGraphWorks()
    {
        var id = Failed();
        await using var plain = await TestBrowser.OpenAsync(new() { JavaScriptEnabled = false });
        var page = await NewPageAsync(plain);
        await page.GotoAsync(Address("/jobs/failed"));

        await page.GetByLabel($"Select job {id}").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Requeue" }).ClickAsync();

        await page.GetByText("1 done.").WaitForAsync();
        StateOf(id).Should().Be("Enqueued");
        await page.GotoAsync(Address(""));
        await page.GetByText("The live graph needs scripts").WaitForAsync();
    }

    private string Address(string path) => new Uri(Dashboard.Address, "/hangfire" + path).ToString();

    private async Task GoAsync(string path)
    {
        var answer = await Page.GotoAsync(Address(path));
        answer!.Status.Should().Be((int)HttpStatusCode.OK, path);
    }

    private async Task<IPage> NewPageAsync(IBrowserContext context)
    {
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") complaints.Add(message.Text);
        };
        page.PageError += (_, error) => complaints.Add(error);
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url) is { Scheme: "http" or "https" } url && url.Authority != Dashboard.Address.Authority) complaints.Add($"asks {url}");
        };
        return page;
    }

    private async Task TabToAsync(string selector, string key = "Tab")
    {
        for (var step = 0; step < 60; step++)
        {
            if (await Page.EvaluateAsync<bool>($"document.activeElement.matches(\"{selector}\")")) return;
            await Page.Keyboard.PressAsync(key);
        }

        Assert.Fail($"The keyboard does not reach {selector}.");
    }

    private Task<string> FocusedAsync() => Page.EvaluateAsync<string>("document.activeElement.textContent");
}
