using Hangfire.Common;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>Parts of pages.</summary>
public partial class HtmlHelper
{
    public HtmlHelper(RazorPage page)
    {
        ArgumentNullException.ThrowIfNull(page);
        Page = page;
    }

    public RazorPage Page { get; }

    /// <summary>HTML as it is.</summary>
    public NonEscapedString Raw(string value) => new(value);

    public string HtmlEncode(string text) => Encode(text);

    public NonEscapedString RenderPartial(RazorPage partialPage)
    {
        ArgumentNullException.ThrowIfNull(partialPage);
        partialPage.Assign(Page);
        return new(partialPage.ToString());
    }

    /// <summary>The way to a page: addresses and names of those above it, and its own name.</summary>
    public NonEscapedString Breadcrumbs(string title, IDictionary<string, string> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return Html($"""
            <nav aria-label="Breadcrumbs" class="breadcrumbs"><ol><li><a href="{Page.Url.Home()}">Home</a></li>{Each(items, static item =>
                Html($"""<li><a href="{item.Value}">{item.Key}</a></li>"""))}<li aria-current="page">{title}</li></ol></nav>
            """);
    }

    public NonEscapedString JobsSidebar() => SidebarMenu(JobsSidebarMenu.Items);

    public NonEscapedString SidebarMenu(IEnumerable<Func<RazorPage, MenuItem>> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return Html($"""
            <nav class="sidebar" aria-label="States"><ul>{Each(items.Select(item => item(Page)), item =>
                Html($"""<li><a href="{item.Url}"{Current(item)}>{item.Text}{Each(item.GetAllMetrics(), InlineMetric)}</a></li>"""))}</ul></nav>
            """);
    }

    /// <summary>A figure with its title.</summary>
    public NonEscapedString BlockMetric(DashboardMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        var value = metric.Func(Page);
        var figure = Html($"""
            <span class="figure" data-metric="{metric.Name}" data-style="{Style(value)}">{value?.Value}</span><span class="what">{metric.Title ?? metric.Name}</span>
            """);
        return metric.Url is null
            ? Html($"""<div class="metric">{figure}</div>""")
            : Html($"""<a class="metric" href="{Page.Url.To(metric.Url)}">{figure}</a>""");
    }

    /// <summary>A figure beside a word.</summary>
    public NonEscapedString InlineMetric(DashboardMetric metric)
    {
        ArgumentNullException.ThrowIfNull(metric);
        var value = metric.Func(Page);
        return Html($""" <span class="badge" data-metric="{metric.Name}" data-style="{Style(value)}"{(value is null ? Html($" hidden") : null)} title="{value?.Title ?? metric.Title}">{value?.Value}</span>""");
    }

    public NonEscapedString Paginator(Pager pager)
    {
        ArgumentNullException.ThrowIfNull(pager);
        if (pager.TotalPageCount < 2) return Nothing;
        var pages = Enumerable.Range(pager.CurrentPage - 3, 7).Append(1).Append(pager.TotalPageCount)
            .Where(page => page >= 1 && page <= pager.TotalPageCount).Distinct().Order().ToArray();
        return Html($"""
            <nav class="pages" aria-label="Pages"><ul>{PageStep(pager, pager.CurrentPage - 1, "prev", "Previous")}{Each(pages, page => Html($"{When(page > 1 && !pages.Contains(page - 1), static () => Html($"<li aria-hidden=\"true\">…</li>"))}<li>{(page == pager.CurrentPage
                ? Html($"""<a href="{pager.PageUrl(page)}" aria-current="page">{page:N0}</a>""")
                : Html($"""<a href="{pager.PageUrl(page)}">{page:N0}</a>"""))}</li>"))}{PageStep(pager, pager.CurrentPage + 1, "next", "Next")}</ul></nav>
            """);
    }

    public NonEscapedString PerPageSelector(Pager pager)
    {
        ArgumentNullException.ThrowIfNull(pager);
        int[] choices = [10, 20, 50, 100, 500];
        return Html($"""
            <p class="per-page">Items per page: {Each(choices, choice => Html($"""<a href="{pager.RecordsPerPageUrl(choice)}"{(choice == pager.RecordsPerPage ? Html($" aria-current=\"true\"") : null)}>{choice}</a> """))}</p>
            """);
    }

    public string JobName(Job job) => JobName(job, includeQueue: true);

    public string JobName(Job job, bool includeQueue) =>
        job is null ? "Can not find the target method." : JobNames.Of(Page.Context, job, includeQueue);

    public NonEscapedString JobNameLink(string jobId, Job job) => JobNameLink(jobId, job, includeQueue: true);

    public NonEscapedString JobNameLink(string jobId, Job job, bool includeQueue) =>
        Html($"""<a class="job" href="{Page.Url.JobDetails(jobId)}">{JobName(job, includeQueue)}</a>""");

    public NonEscapedString JobId(string jobId, bool shorten = true) => Html($"#{(shorten ? Shorten(jobId) : jobId)}");

    public NonEscapedString JobIdLink(string jobId) => Html($"""<a class="id" href="{Page.Url.JobDetails(jobId)}">{JobId(jobId)}</a>""");

    public NonEscapedString QueueLabel(string queue) =>
        queue is null ? Html($"""<span class="queue">Unknown</span>""") : Html($"""<a class="queue" href="{Page.Url.Queue(queue)}">{queue}</a>""");

    internal static NonEscapedString Current(MenuItem item) => item.Active ? Html($" aria-current=\"page\"") : Nothing;

    private static string Style(Metric? metric) => (metric?.Style ?? MetricStyle.Default).ToString().ToLowerInvariant();

    private static NonEscapedString PageStep(Pager pager, int page, string rel, string text) => page < 1 || page > pager.TotalPageCount
        ? Html($"""<li><span class="off">{text}</span></li>""")
        : Html($"""<li><a rel="{rel}" href="{pager.PageUrl(page)}">{text}</a></li>""");

    /// <summary>Long ids of other storages; ours are numbers.</summary>
    private static string Shorten(string jobId) => Guid.TryParse(jobId, out _) ? jobId[..8] + "…" : jobId;
}
