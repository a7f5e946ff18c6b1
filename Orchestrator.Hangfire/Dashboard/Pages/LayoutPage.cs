using System.Globalization;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>The frame of all pages: head, menu, search, foot.</summary>
internal sealed class LayoutPage(string title) : RazorPage
{
    public override void Execute()
    {
        var options = DashboardOptions;
        WriteLiteral(Html($"""
            <!DOCTYPE html>
            <html lang="en"{When(options.DarkModeEnabled, static () => Html($" class=\"may-be-dark\""))}>
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="{(options.DarkModeEnabled ? "light dark" : "light")}">
            <meta name="robots" content="noindex">
            <title>{title} – {options.DashboardTitle}</title>
            <link rel="icon" href="{options.FaviconPath ?? Url.To(DashboardRoutes.Favicon.Url)}">
            <link rel="stylesheet" href="{Url.To(DashboardRoutes.Style.Url)}">
            {When(options.DarkModeEnabled, () => Html($"""<link rel="stylesheet" media="(prefers-color-scheme: dark)" href="{Url.To(DashboardRoutes.DarkStyle.Url)}">"""))}
            <script src="{Url.To(DashboardRoutes.Script.Url)}" defer></script>
            </head>
            <body data-stats="{Url.To("/stats")}" data-interval="{options.StatsPollingInterval}" data-token-header="{Context.AntiforgeryHeader}" data-token="{Context.AntiforgeryToken}">
            <a class="skip" href="#content">Skip to content</a>
            {Header()}
            <main id="content" tabindex="-1">
            {Forms.Notice(this)}
            {RenderBody()}
            </main>
            {Footer()}
            </body>
            </html>
            """).ToString());
    }

    private NonEscapedString Header() => Html($"""
        <header class="top">
        <a class="brand" href="{Url.Home()}">{DashboardOptions.DashboardTitle}</a>
        <nav aria-label="Main"><ul>{Each(NavigationMenu.Items.ToArray().Select(item => item(this)), item =>
            Html($"""<li><a href="{item.Url}"{HtmlHelper.Current(item)}>{item.Text}{Each(item.GetAllMetrics(), Html.InlineMetric)}</a></li>"""))}</ul></nav>
        <form role="search" action="{Url.To("/search")}" class="search"><input type="search" name="q" value="{Query("q")}" maxlength="200" placeholder="Id or Type.Method" aria-label="Search jobs"><button>Search</button></form>
        {When(AppPath is not null, () => Html($"""<a class="back" href="{AppPath}">Back to site</a>"""))}
        </header>
        """);

    private NonEscapedString Footer() => Html($"""
        <footer>
        {When(DashboardOptions.DisplayStorageConnectionString, () => Html($"<span>{Storage}</span>"))}
        <span>Time: {Html.LocalTime(ApplicationUtcNow)}</span>
        {When(TimeDifference is { } difference && Math.Abs(difference.TotalSeconds) >= 1, () =>
            Html($"""<span class="warning">The database's clock differs by {HumanTime.Duration(TimeDifference, displaySign: true)}</span>"""))}
        <span>Generated in {GenerationTime.Elapsed.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms</span>
        {When(IsReadOnly, static () => Html($"<span>Read-only</span>"))}
        </footer>
        """);
}

internal static class PageTitles
{
    /// <summary>A page's name by the menu's entry that leads to it.</summary>
    public static string MenuTitle(this RazorPage page) =>
        NavigationMenu.Items.ToArray().Select(item => item(page)).FirstOrDefault(static item => item.Active)?.Text ?? page.RequestPath.Trim('/');
}
