using System.Collections.Concurrent;
using System.Globalization;
using Hangfire.Common;
using Hangfire.States;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>How the data of each state are shown; an application adds its own states.</summary>
public static class JobHistoryRenderer
{
    private static readonly ConcurrentDictionary<string, Func<HtmlHelper, IDictionary<string, string>, NonEscapedString?>> Renderers = new();

    private static readonly ConcurrentDictionary<string, string> Suffixes = new();

    static JobHistoryRenderer()
    {
        Register(SucceededState.StateName, SucceededRenderer);
        Register(FailedState.StateName, FailedRenderer);
        Register(ProcessingState.StateName, ProcessingRenderer);
        Register(EnqueuedState.StateName, EnqueuedRenderer);
        Register(ScheduledState.StateName, ScheduledRenderer);
        Register(AwaitingState.StateName, AwaitingRenderer);
        Register(DeletedState.StateName, NullRenderer);
        foreach (var state in Renderers.Keys) AddStateCssSuffix(state, state.ToLowerInvariant());
    }

    public static void Register(string state, Func<HtmlHelper, IDictionary<string, string>, NonEscapedString?> renderer)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(renderer);
        Renderers[state] = renderer;
    }

    public static bool Exists(string state) => Renderers.ContainsKey(state);

    /// <summary>Gives a state's label the class <c>state-…</c>; a style sheet of the application's says how it looks.</summary>
    public static void AddStateCssSuffix(string stateName, string color)
    {
        ArgumentNullException.ThrowIfNull(stateName);
        ArgumentNullException.ThrowIfNull(color);
        Suffixes[stateName] = color;
    }

    public static string GetStateCssSuffix(string stateName) => stateName is null ? "other" : Suffixes.GetValueOrDefault(stateName, "other");

    public static NonEscapedString? RenderHistory(this HtmlHelper helper, string state, IDictionary<string, string> properties) =>
        (Renderers.TryGetValue(state, out var renderer) ? renderer : DefaultRenderer)(helper, properties);

    /// <summary>Shows nothing.</summary>
    public static NonEscapedString? NullRenderer(HtmlHelper helper, IDictionary<string, string> properties) => null;

    /// <summary>Shows everything as it is stored.</summary>
    public static NonEscapedString? DefaultRenderer(HtmlHelper helper, IDictionary<string, string> stateData) =>
        stateData is null or { Count: 0 } ? null : List(stateData.Select(static each => (each.Key, Html($"{each.Value}"))));

    public static NonEscapedString SucceededRenderer(HtmlHelper html, IDictionary<string, string> stateData)
    {
        ArgumentNullException.ThrowIfNull(html);
        ArgumentNullException.ThrowIfNull(stateData);
        return List(
        [
            .. Duration(html, stateData, "Latency", "Latency"),
            .. Duration(html, stateData, "PerformanceDuration", "Duration"),
            .. Text(stateData, "Result", static value => Html($"<code>{value}</code>")),
            .. Others(stateData, "SucceededAt", "Latency", "PerformanceDuration", "Result"),
        ]);
    }

    private static NonEscapedString FailedRenderer(HtmlHelper html, IDictionary<string, string> data) => Html($"""
        <h4 class="exception">{data.GetValueOrDefault("ExceptionType")}</h4>
        <p class="exception-message">{data.GetValueOrDefault("ExceptionMessage")}</p>
        {When(data.ContainsKey("ExceptionDetails"), () => html.StackTrace(data["ExceptionDetails"]))}
        {List([.. Text(data, "ServerId", html.ServerId), .. Others(data, "FailedAt", "ServerId", "ExceptionType", "ExceptionMessage", "ExceptionDetails")])}
        """);

    private static NonEscapedString ProcessingRenderer(HtmlHelper html, IDictionary<string, string> data) => List(
    [
        .. Text(data, "ServerId", html.ServerId, "Server"),
        .. Text(data, "WorkerId", static value => Html($"<code>{value}</code>"), "Worker"),
        .. Others(data, "StartedAt", "ServerId", "WorkerId"),
    ]);

    private static NonEscapedString EnqueuedRenderer(HtmlHelper html, IDictionary<string, string> data) =>
        List([.. Text(data, "Queue", html.QueueLabel), .. Others(data, "EnqueuedAt", "Queue")]);

    private static NonEscapedString ScheduledRenderer(HtmlHelper html, IDictionary<string, string> data) =>
        List([.. Text(data, "EnqueueAt", value => Time(html, value), "Enqueue at"), .. Others(data, "EnqueueAt", "ScheduledAt")]);

    private static NonEscapedString AwaitingRenderer(HtmlHelper html, IDictionary<string, string> data) => List(
    [
        .. Text(data, "ParentId", html.JobIdLink, "Parent"),
        .. Text(data, "Options", static value => Html($"{value}")),
        .. Text(data, "NextState", static value => Html($"<code>{value}</code>"), "Next state"),
        .. Others(data, "ParentId", "Options", "NextState"),
    ]);

    private static IEnumerable<(string, NonEscapedString)> Duration(HtmlHelper html, IDictionary<string, string> data, string key, string title) =>
        long.TryParse(data.GetValueOrDefault(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var milliseconds)
            ? [(title, Html($"{html.ToHumanDuration(TimeSpan.FromMilliseconds(milliseconds), displaySign: false)}"))]
            : [];

    private static IEnumerable<(string, NonEscapedString)> Text(
        IDictionary<string, string> data, string key, Func<string, NonEscapedString> render, string? title = null) =>
        data.GetValueOrDefault(key) is { Length: > 0 } value ? [(title ?? key, render(value))] : [];

    /// <summary>What an application has added to a state of Hangfire's.</summary>
    private static IEnumerable<(string, NonEscapedString)> Others(IDictionary<string, string> data, params string[] known) =>
        data.Where(each => !known.Contains(each.Key)).Select(static each => (each.Key, Html($"{each.Value}")));

    private static NonEscapedString Time(HtmlHelper html, string value)
    {
        try
        {
            return html.LocalTime(JobHelper.DeserializeDateTime(value));
        }
        catch (FormatException)
        {
            return Html($"{value}");
        }
    }

    private static NonEscapedString List(IEnumerable<(string Name, NonEscapedString Value)> rows)
    {
        var all = rows.ToArray();
        return all.Length == 0 ? Nothing : Html($"<dl>{Each(all, static row => Html($"<dt>{row.Name}</dt><dd>{row.Value}</dd>"))}</dl>");
    }

    private static string? GetValueOrDefault(this IDictionary<string, string> data, string key) => data.TryGetValue(key, out var value) ? value : null;
}
