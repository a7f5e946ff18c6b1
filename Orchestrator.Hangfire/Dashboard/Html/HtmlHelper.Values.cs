using System.Globalization;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>States, times, servers, stacks.</summary>
public partial class HtmlHelper
{
    public NonEscapedString StateLabel(string stateName) => StateLabel(stateName, stateName);

    public NonEscapedString StateLabel(string stateName, string text, bool hover = false)
    {
        if (string.IsNullOrWhiteSpace(stateName)) return Html($"""<em class="faint">No state</em>""");
        return Html($"""<span class="state state-{JobHistoryRenderer.GetStateCssSuffix(stateName)}{(hover ? " hover" : "")}">{text}</span>""");
    }

    /// <summary>How long ago or ahead it is; scripts keep it up to date.</summary>
    public NonEscapedString RelativeTime(DateTime value) => MomentTitle(value, HumanTime.Relative(value, Page.ApplicationUtcNow));

    /// <summary>A text whose title is the exact time.</summary>
    public NonEscapedString MomentTitle(DateTime time, string value) =>
        Html($"""<time datetime="{Iso(time)}" title="{HumanTime.Exact(time)}" data-relative>{value}</time>""");

    /// <summary>The exact time: UTC, or the reader's own where scripts run.</summary>
    public NonEscapedString LocalTime(DateTime value) => Html($"""<time datetime="{Iso(value)}" data-local>{HumanTime.Exact(value)}</time>""");

    public string ToHumanDuration(TimeSpan? duration, bool displaySign = true) => HumanTime.Duration(duration, displaySign);

    /// <summary>A server's name without what makes it unique.</summary>
    public NonEscapedString ServerId(string serverId)
    {
        ArgumentNullException.ThrowIfNull(serverId);
        var parts = serverId.Split(':');
        var shown = parts.Length > 1 && Guid.TryParse(parts[^1], out _) ? string.Join(':', parts[..^1]) : serverId;
        return Html($"""<span class="server" title="{serverId}">{shown}</span>""");
    }

    /// <summary>An exception's text; scripts are not needed to read it.</summary>
    public NonEscapedString StackTrace(string stackTrace) => Html($"""<pre class="stack"><code>{Each((stackTrace ?? "").Split('\n'), static line =>
        line.TrimStart().StartsWith("at ", StringComparison.Ordinal)
            ? Html($"<span class=\"frame\">{line.TrimEnd('\r')}</span>\n")
            : Html($"{line.TrimEnd('\r')}\n"))}</code></pre>""");

    [Obsolete("Values are not encoded.")]
    public string FormatProperties(IDictionary<string, string> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        return string.Join(", ", properties.Select(static each => $"{each.Key}: \"{each.Value}\""));
    }

    private static string Iso(DateTime value) =>
        HumanTime.Utc(value).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
