using System.Text.RegularExpressions;

namespace Hangfire.Dashboard;

/// <summary>Answers a request to the dashboard.</summary>
public interface IDashboardDispatcher
{
    Task Dispatch(DashboardContext context);
}

/// <summary>Which path is answered by what. Templates are regular expressions of the whole path; the first one that fits answers.</summary>
public class RouteCollection
{
    private readonly Lock gate = new();
    private volatile Route[] routes = [];

    public RouteCollection()
    {
    }

    /// <summary>Templates in the order in which they were added.</summary>
    internal IEnumerable<string> Templates => routes.Select(static route => route.Template);

    public void Add(string pathTemplate, IDashboardDispatcher dispatcher)
    {
        ArgumentNullException.ThrowIfNull(pathTemplate);
        ArgumentNullException.ThrowIfNull(dispatcher);
        var template = (pathTemplate.StartsWith('^') ? "" : "^") + pathTemplate + (pathTemplate.EndsWith('$') ? "" : "$");
        var pattern = new Regex(template, RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.Singleline, TimeSpan.FromSeconds(1));
        lock (gate) routes = [.. routes, new(pathTemplate, pattern, dispatcher)];
    }

    /// <summary>What answers <paramref name="path"/>, and what its pattern has found in it; null: nothing does.</summary>
    public Tuple<IDashboardDispatcher, Match>? FindDispatcher(string path)
    {
        if (string.IsNullOrEmpty(path)) path = "/";
        foreach (var route in routes)
        {
            var match = route.Pattern.Match(path);
            if (match.Success) return Tuple.Create(route.Dispatcher, match);
        }

        return null;
    }

    private sealed record Route(string Template, Regex Pattern, IDashboardDispatcher Dispatcher);
}
