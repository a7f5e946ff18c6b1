using Hangfire.PostgreSql;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>
/// Jobs by id, or by a part of <c>Type.Method</c> among the newest. A page that an application registers as
/// <c>/search/…</c> is offered here with the same text as <c>q</c>, so that it can look through what it knows of.
/// </summary>
internal sealed class SearchPage() : DashboardPage("Search")
{
    private const string Path = "/search";

    private const int MaxResults = 100;

    public override void Execute()
    {
        var text = Query("q")?.Trim() ?? "";
        var jobs = text.Length == 0 ? [] : Storage.OwnMonitor().Search(text, MaxResults);
        Emit($"""
            <h1>Search</h1>
            <form role="search" action="{Url.To(Path)}" class="search wide"><label>Job id, or a part of <code>Type.Method</code> <input type="search" name="q" value="{text}" maxlength="200"></label> <button>Search</button></form>
            {Others(text)}
            {When(text.Length > 0, () => Html($"""
            <p class="faint">An id is found among all jobs, a name among the newest {Figures.Text(JobSearch.Window)}; at most {MaxResults} are shown.</p>
            {(jobs.Count == 0 ? Html($"""<p class="empty">Nothing was found.</p>""") : JobTable.Render(Html, jobs, Columns, static (_, _) => null, isSelectable: false))}
            """))}
            """);
    }

    private static JobColumn[] Columns { get; } =
    [
        new("State", static (html, job) => html.StateLabel(job.State!)),
        new("Since", static (html, job) => job.StateChangedAt is { } time ? html.RelativeTime(time) : null),
    ];

    /// <summary>Searches of applications.</summary>
    private NonEscapedString Others(string text)
    {
        string[] others = [.. DashboardRoutes.Routes.Templates.Where(static each => each.StartsWith(Path + "/", StringComparison.Ordinal))
            .Select(static each => each[(Path.Length + 1)..]).Where(static name => name.Length > 0 && name.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_'))];
        return others.Length == 0 ? Nothing : Html($"""
            <nav class="tabs" aria-label="Other searches"><a href="{Url.To(Path)}?q={Uri.EscapeDataString(text)}" aria-current="true">jobs</a> {Each(others, name =>
                Html($"""<a href="{Url.To($"{Path}/{name}")}?q={Uri.EscapeDataString(text)}">{name.Replace('-', ' ')}</a> """))}</nav>
            """);
    }
}
