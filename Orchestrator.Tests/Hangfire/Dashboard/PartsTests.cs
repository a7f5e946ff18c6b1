using Hangfire;
using Hangfire.Dashboard;
using static Hangfire.Dashboard.Markup;

namespace Orchestrator.Tests.Hangfire.Dashboard;

/// <summary>The small parts that pages are made of.</summary>
[TestFixture]
internal sealed class PartsTests
{
    [TestCase("* * * * *", "Every minute")]
    [TestCase("*/15 * * * *", "Every 15 minutes")]
    [TestCase("0 * * * *", "Every hour")]
    [TestCase("20 * * * *", "Every hour at minute 20")]
    [TestCase("0 */6 * * *", "Every 6 hours")]
    [TestCase("30 7 * * *", "At 07:30")]
    [TestCase("30 7 * * 1-5", "At 07:30, Monday to Friday")]
    [TestCase("0 0 * * MON,THU", "At 00:00, on Monday, Thursday")]
    [TestCase("0 0 * * 7", "At 00:00, on Sunday")]
    [TestCase("0 0 1 * *", "At 00:00, on day 1 of the month")]
    [TestCase("0 9 L * *", "At 09:00, on the last day of the month")]
    [TestCase("0 0 31 2 *", "At 00:00, on day 31 of the month, in February")]
    [TestCase("0 30 7 * * *", "At 07:30")]
    [TestCase("* * * * * *", "Every second")]
    [TestCase("1,2 3-4 * * *", null)]
    [TestCase("5 * * * * *", null)]
    [TestCase("nonsense", null)]
    [TestCase("", null)]
    [TestCase(null, null)]
    public void CronIsSaidInWordsWhereThatIsShort(string? cron, string? words) => CronDescription.Of(cron).Should().Be(words);

    [Test]
    public void HolesAreEncodedUnlessTheyAreHtml()
    {
        NonEscapedString bold = Html($"<b>{"<i>"}</b>");

        Html($"{bold}{"a&b"}{'"'}{1.5}{null as string}{12_345:N0}").ToString().Should().Be("<b>&lt;i&gt;</b>a&amp;b&quot;1.512,345");
    }

    [TestCase(0, "now")]
    [TestCase(-90, "1 minute ago")]
    [TestCase(-7200, "2 hours ago")]
    [TestCase(5, "in 5 seconds")]
    [TestCase(86400 * 3, "in 3 days")]
    public void TimesAreSaidFromNow(int seconds, string words)
    {
        var now = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

        HumanTime.Relative(now.AddSeconds(seconds), now).Should().Be(words);
    }

    [Test]
    public void DurationsHaveTheirUnits()
    {
        HumanTime.Duration(new TimeSpan(1, 2, 3, 4, 56), displaySign: true).Should().Be("+1d 2h 3m 4.056s");
        HumanTime.Duration(TimeSpan.FromMilliseconds(-7), displaySign: false).Should().Be("-7ms");
        HumanTime.Duration(TimeSpan.FromMinutes(2), displaySign: false).Should().Be("2m");
        HumanTime.Duration(null, displaySign: true).Should().BeEmpty();
    }

    [Test]
    public void APagerKnowsItsPages()
    {
        var pager = new Pager(40, 20, 10, 95) { BasePageUrl = "/jobs" };

        new { pager.CurrentPage, pager.TotalPageCount, pager.RecordsPerPage, pager.FromRecord, pager.TotalRecordCount }
            .Should().BeEquivalentTo(new { CurrentPage = 3, TotalPageCount = 5, RecordsPerPage = 20, FromRecord = 40, TotalRecordCount = 95L });
        pager.PageUrl(5).Should().Be("/jobs?from=80&count=20");
        pager.PageUrl(6).Should().Be("#");
        pager.RecordsPerPageUrl(50).Should().Be("/jobs?from=0&count=50");
        new Pager(-3, 0, 25, 0).Should().BeEquivalentTo(new { FromRecord = 0, RecordsPerPage = 25, TotalPageCount = 0, CurrentPage = 1 });
        new Pager(0, 9_999, 10).RecordsPerPage.Should().Be(500);
    }

    [Test]
    public void TheFirstRouteOfTheWholePathAnswers()
    {
        var routes = new RouteCollection();
        var (first, second) = (new Nothing(), new Nothing());
        routes.Add("/jobs/(?<Id>[0-9]+)", first);
        routes.Add("/jobs/(?<Id>.+)", second);

        routes.FindDispatcher("/jobs/12")!.Item1.Should().BeSameAs(first);
        routes.FindDispatcher("/jobs/12")!.Item2.Groups["Id"].Value.Should().Be("12");
        routes.FindDispatcher("/JOBS/x/y")!.Item1.Should().BeSameAs(second);
        routes.FindDispatcher("/jobs").Should().BeNull();
        routes.FindDispatcher("/other/jobs/12").Should().BeNull();
    }

    [Test]
    public void OptionsSayWhatTheyMayBe()
    {
        var options = new DashboardOptions();
        options.Invoking(static each => each.DefaultRecordsPerPage = 0).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("DefaultRecordsPerPage");
        options.Invoking(static each => each.DefaultRecordsPerPage = 501).Should().Throw<ArgumentOutOfRangeException>();
        options.Invoking(static each => each.StatsPollingInterval = -1).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("StatsPollingInterval");
    }

    [Test]
    public void StatesOfApplicationsHaveTheirOwnLook()
    {
        JobHistoryRenderer.Register("Snoozed", static (_, data) => new NonEscapedString($"<p>{data.Count}</p>"));
        JobHistoryRenderer.AddStateCssSuffix("Snoozed", "info");
        var html = new HtmlHelper(new Blank());

        html.RenderHistory("Snoozed", new Dictionary<string, string> { ["a"] = "b" })!.ToString().Should().Be("<p>1</p>");
        html.RenderHistory("Unknown", new Dictionary<string, string> { ["<a>"] = "<b>" })!.ToString().Should().Be("<dl><dt>&lt;a&gt;</dt><dd>&lt;b&gt;</dd></dl>");
        html.StateLabel("Snoozed").ToString().Should().Contain("state-info");
        JobHistoryRenderer.Exists("Unknown").Should().BeFalse();
    }

    private sealed class Nothing : IDashboardDispatcher
    {
        public Task Dispatch(DashboardContext context) => Task.CompletedTask;
    }

    private sealed class Blank : RazorPage
    {
        public override void Execute()
        {
            // It lends itself to its helper.
        }
    }
}
