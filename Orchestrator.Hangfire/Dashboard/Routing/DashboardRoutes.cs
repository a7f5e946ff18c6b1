using System.Reflection;
using Hangfire.States;

namespace Hangfire.Dashboard;

/// <summary>All paths of the dashboard; extensions add theirs.</summary>
public static class DashboardRoutes
{
    private static readonly Lock Gate = new();
    private static (Assembly Assembly, string Resource)[] scripts = [], styles = [], darkStyles = [];

    static DashboardRoutes()
    {
        Routes = new();
        Routes.AddRazorPage("/", static _ => new HomePage());
        Routes.Add("/stats", new StatsDispatcher());
        Routes.Add("/assets/dashboard\\.css", Style);
        Routes.Add("/assets/dark\\.css", DarkStyle);
        Routes.Add("/assets/dashboard\\.js", Script);
        Routes.Add("/assets/favicon\\.svg", Favicon);
        AddJobs();
        AddQueues();
        AddRecurringJobs();
        Routes.AddRazorPage("/servers", static _ => new ServersPage());
        Routes.AddRazorPage("/search", static _ => new SearchPage());
    }

    public static RouteCollection Routes { get; }

    internal static AssetDispatcher Style { get; } = new("/assets/dashboard.css", "text/css; charset=utf-8", () => With("dashboard.css", styles));

    internal static AssetDispatcher DarkStyle { get; } = new("/assets/dark.css", "text/css; charset=utf-8", () => With("dark.css", darkStyles));

    internal static AssetDispatcher Script { get; } = new("/assets/dashboard.js", "text/javascript; charset=utf-8", () => With("dashboard.js", scripts));

    internal static AssetDispatcher Favicon { get; } = new("/assets/favicon.svg", "image/svg+xml", () => With("favicon.svg", []));

    /// <summary>Adds an embedded style sheet to every page.</summary>
    public static void AddStylesheet(Assembly assembly, string resource) => Add(ref styles, assembly, resource);

    /// <summary>Adds an embedded style sheet to every page where the reader's system is dark.</summary>
    public static void AddStylesheetDarkMode(Assembly assembly, string resource) => Add(ref darkStyles, assembly, resource);

    /// <summary>Adds an embedded script to every page.</summary>
    public static void AddJavaScript(Assembly assembly, string resource) => Add(ref scripts, assembly, resource);

    private static void Add(ref (Assembly, string)[] list, Assembly assembly, string resource)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        ArgumentNullException.ThrowIfNull(resource);
        AssetDispatcher.Read(assembly, resource);
        lock (Gate) list = [.. list, (assembly, resource)];
    }

    private static IEnumerable<byte[]> With(string file, IEnumerable<(Assembly Assembly, string Resource)> added) =>
        added.Select(static each => AssetDispatcher.Read(each.Assembly, each.Resource)).Prepend(AssetDispatcher.Own(file));

    /// <summary>Commands come before the pages whose pattern would fit their paths too.</summary>
    private static void AddJobs()
    {
        Requeue("/jobs/enqueued/requeue", null);
        Delete("/jobs/enqueued/delete", EnqueuedState.StateName);
        Requeue("/jobs/processing/requeue", ProcessingState.StateName);
        Delete("/jobs/processing/delete", ProcessingState.StateName);
        Requeue("/jobs/scheduled/enqueue", ScheduledState.StateName);
        Delete("/jobs/scheduled/delete", ScheduledState.StateName);
        Requeue("/jobs/succeeded/requeue", SucceededState.StateName);
        Requeue("/jobs/failed/requeue", FailedState.StateName);
        Delete("/jobs/failed/delete", FailedState.StateName);
        Requeue("/jobs/deleted/requeue", DeletedState.StateName);
        Requeue("/jobs/awaiting/enqueue", AwaitingState.StateName);
        Delete("/jobs/awaiting/delete", AwaitingState.StateName);
        Routes.AddRazorPage("/jobs/scheduled", static _ => new JobListPage(JobLists.Scheduled));
        Routes.AddRazorPage("/jobs/processing", static _ => new JobListPage(JobLists.Processing));
        Routes.AddRazorPage("/jobs/succeeded", static _ => new JobListPage(JobLists.Succeeded));
        Routes.AddRazorPage("/jobs/failed", static _ => new JobListPage(JobLists.Failed));
        Routes.AddRazorPage("/jobs/deleted", static _ => new JobListPage(JobLists.Deleted));
        Routes.AddRazorPage("/jobs/awaiting", static _ => new JobListPage(JobLists.Awaiting));
        Routes.AddRazorPage("/retries", static _ => new JobListPage(JobLists.Retries));
        Routes.AddCommand("/jobs/actions/requeue/(?<JobId>.+)", static context =>
            context.GetBackgroundJobClient().Requeue(context.UriMatch.Groups["JobId"].Value));
        Routes.AddCommand("/jobs/actions/delete/(?<JobId>.+)", static context =>
            context.GetBackgroundJobClient().Delete(context.UriMatch.Groups["JobId"].Value));
        Routes.AddRazorPage("/jobs/details/(?<JobId>.+)", static match => new JobDetailsPage(match.Groups["JobId"].Value));
    }

    private static void AddQueues()
    {
        Routes.AddBatchCommand("/queues/pause", static (context, queue) => PausedQueues.Pause(context.Storage, queue));
        Routes.AddBatchCommand("/queues/resume", static (context, queue) => PausedQueues.Resume(context.Storage, queue));
        Routes.AddRazorPage("/jobs/enqueued", static _ => new QueuesPage());
        Routes.AddRazorPage("/jobs/enqueued/fetched/(?<Queue>.+)", static match => new JobListPage(JobLists.Fetched(match.Groups["Queue"].Value)));
        Routes.AddRazorPage("/jobs/enqueued/(?<Queue>.+)", static match => new JobListPage(JobLists.Enqueued(match.Groups["Queue"].Value)));
    }

    private static void AddRecurringJobs()
    {
        Routes.AddRecurringBatchCommand("/recurring/remove", static (manager, id) => manager.RemoveIfExists(id));
        Routes.AddRecurringBatchCommand("/recurring/trigger", static (manager, id) => manager.Trigger(id));
        Routes.AddRazorPage("/recurring", static _ => new RecurringJobsPage());
    }

    /// <summary>A job that has left the list's state meanwhile is left alone.</summary>
    private static void Requeue(string path, string? fromState) =>
        Routes.AddClientBatchCommand(path, (client, id) => client.Requeue(id, fromState));

    private static void Delete(string path, string fromState) =>
        Routes.AddClientBatchCommand(path, (client, id) => client.Delete(id, fromState));
}
