using System.Text.RegularExpressions;

namespace Hangfire.Dashboard;

/// <summary>Pages and commands by path.</summary>
public static class RouteCollectionExtensions
{
    /// <summary>A page. One that has neither a layout nor an <c>html</c> element of its own is put into the dashboard's frame.</summary>
    public static void AddRazorPage(this RouteCollection routes, string pathTemplate, Func<Match, RazorPage> pageFunc)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(pageFunc);
        routes.Add(pathTemplate, new RazorPageDispatcher(pageFunc));
    }

    /// <summary>A command by POST; its answer false is 422.</summary>
    public static void AddCommand(this RouteCollection routes, string pathTemplate, Func<DashboardContext, bool> command)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(command);
        routes.Add(pathTemplate, new CommandDispatcher(command));
    }

    /// <summary>A command by POST, once for each value of <c>jobs[]</c>.</summary>
    public static void AddBatchCommand(this RouteCollection routes, string pathTemplate, Action<DashboardContext, string> command)
    {
        ArgumentNullException.ThrowIfNull(routes);
        ArgumentNullException.ThrowIfNull(command);
        routes.Add(pathTemplate, new BatchCommandDispatcher(command));
    }

    /// <summary>A command by POST on a client, once for each value of <c>jobs[]</c>.</summary>
    public static void AddClientBatchCommand(this RouteCollection routes, string pathTemplate, Action<IBackgroundJobClient, string> command)
    {
        ArgumentNullException.ThrowIfNull(command);
        routes.AddBatchCommand(pathTemplate, (context, id) => command(context.GetBackgroundJobClient(), id));
    }

    /// <summary>A command by POST on recurring jobs, once for each value of <c>jobs[]</c>.</summary>
    public static void AddRecurringBatchCommand(this RouteCollection routes, string pathTemplate, Action<IRecurringJobManager, string> command)
    {
        ArgumentNullException.ThrowIfNull(command);
        routes.AddBatchCommand(pathTemplate, (context, id) => command(context.GetRecurringJobManager(), id));
    }
}
