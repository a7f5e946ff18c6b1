using System.Globalization;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>A page of the dashboard's own: in its frame, from encoded text.</summary>
internal abstract class DashboardPage : RazorPage
{
    protected DashboardPage(string title) => Layout = new LayoutPage(title);

    /// <summary>Writes HTML; what is in its holes is encoded.</summary>
    protected void Emit(HtmlText text) => WriteLiteral(text.ToString());

    protected int QueryNumber(string key) =>
        int.TryParse(Query(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>Where in a list the reader is.</summary>
    protected Pager PagerOf(long total, string path) =>
        new(QueryNumber("from"), QueryNumber("count"), DashboardOptions.DefaultRecordsPerPage, total) { BasePageUrl = Url.To(path) };
}

/// <summary>Parts of forms.</summary>
internal static class Forms
{
    /// <summary>What every form carries: the token, and where to go back to.</summary>
    public static NonEscapedString Hidden(RazorPage page)
    {
        var context = page.Context;
        var query = context is AspNetCoreDashboardContext own ? WithoutNotices(own.HttpContext.Request.Query) : "";
        return Html($"""
            {When(context.AntiforgeryToken is not null, () => Html($"""<input type="hidden" name="{Antiforgery.FieldOf(context)}" value="{context.AntiforgeryToken}">"""))}
            <input type="hidden" name="{CommandDispatcherBase.ReturnField}" value="{page.RequestPath}{query}">
            """);
    }

    /// <summary>A form of one button; nothing for those who may only look.</summary>
    public static NonEscapedString Button(RazorPage page, string path, string text, string? job = null, string style = "", string? confirm = null) => page.IsReadOnly ? Nothing : Html($"""
        <form method="post" action="{page.Url.To(path)}" class="inline">{Hidden(page)}{When(job is not null, () => Html($"""<input type="hidden" name="jobs[]" value="{job}">"""))}<button class="{style}"{Confirm(confirm)}>{text}</button></form>
        """);

    public static NonEscapedString Confirm(string? question) => question is null ? Nothing : Html($""" data-confirm="{question}" """);

    /// <summary>What has become of the command that led here.</summary>
    public static NonEscapedString Notice(RazorPage page)
    {
        var done = Number(page, CommandDispatcherBase.DoneQuery);
        var failed = Number(page, CommandDispatcherBase.FailedQuery);
        if (done is null) return Nothing;
        return Html($"""<p class="notice{(failed > 0 ? " bad" : "")}" role="status">{(failed > 0 ? $"{failed} could not be done; the log says why. " : "")}{(done > 0 ? $"{done} done." : failed > 0 ? "" : "Nothing was selected.")}</p>""");
    }

    private static int? Number(RazorPage page, string key) =>
        int.TryParse(page.Query(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string WithoutNotices(IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> query)
    {
        var kept = query.Where(static each => each.Key is not (CommandDispatcherBase.DoneQuery or CommandDispatcherBase.FailedQuery))
            .Select(static each => $"{Uri.EscapeDataString(each.Key)}={Uri.EscapeDataString(each.Value.ToString())}");
        return string.Join('&', kept) is { Length: > 0 } text ? "?" + text : "";
    }
}
