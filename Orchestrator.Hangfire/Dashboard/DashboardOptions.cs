using Hangfire.Common;
using Hangfire.Dashboard;

namespace Hangfire;

/// <summary>How a dashboard looks, and whom it lets in.</summary>
public class DashboardOptions
{
    private int defaultRecordsPerPage = 10;
    private int statsPollingInterval = 2000;

    public DashboardOptions()
    {
    }

    /// <summary>Where its link back to the application goes; null: there is no link. Default: <c>/</c>.</summary>
    public string? AppPath { get; set; } = "/";

    /// <summary>What a proxy has cut off the path: links begin with it. Default: nothing.</summary>
    public string? PrefixPath { get; set; } = "";

    /// <summary>All of them have to let a request in. Default: requests of this machine only.</summary>
    public IEnumerable<IDashboardAuthorizationFilter> Authorization { get; set; } = [new LocalRequestsOnlyAuthorizationFilter()];

    /// <summary>All of them, too, have to let a request in. Default: none.</summary>
    public IEnumerable<IDashboardAsyncAuthorizationFilter> AsyncAuthorization { get; set; } = [];

    /// <summary>Whether a caller may only look: commands are neither shown nor done. Default: never.</summary>
    public Func<DashboardContext, bool> IsReadOnlyFunc { get; set; } = static _ => false;

    /// <summary>Milliseconds between two looks at the live figures; 0: they are not live. Default: 2,000.</summary>
    public int StatsPollingInterval
    {
        get => statsPollingInterval;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(StatsPollingInterval));
            statsPollingInterval = value;
        }
    }

    /// <summary>Whether pages say which database it is (host, port, name; no password in any case). Default: yes.</summary>
    public bool DisplayStorageConnectionString { get; set; } = true;

    /// <summary>Names for jobs; null, or null as an answer: class and method, or the job's own <see cref="JobDisplayNameAttribute"/>.</summary>
    public Func<DashboardContext, Job, string?>? DisplayNameFunc { get; set; }

    /// <summary>Default: <c>Hangfire Dashboard</c>.</summary>
    public string DashboardTitle { get; set; } = "Hangfire Dashboard";

    /// <summary>Whether a POST needs no token. Default: it needs one.</summary>
    public bool IgnoreAntiforgeryToken { get; set; }

    /// <summary>Finds the time zones of recurring jobs. Default: the system's.</summary>
    public ITimeZoneResolver? TimeZoneResolver { get; set; }

    /// <summary>Jobs on a page, 1 to 500. Default: 10.</summary>
    public int DefaultRecordsPerPage
    {
        get => defaultRecordsPerPage;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(DefaultRecordsPerPage));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Pager.MaxRecordsPerPage, nameof(DefaultRecordsPerPage));
            defaultRecordsPerPage = value;
        }
    }

    /// <summary>Whether it is dark where the reader's system is. Default: yes.</summary>
    public bool DarkModeEnabled { get; set; } = true;

    /// <summary>An icon of the application's own site; null: the dashboard's.</summary>
    public string? FaviconPath { get; set; }

    /// <summary>A server that was silent for longer may have been aborted. Default: one minute.</summary>
    public TimeSpan ServerPossiblyAbortedThreshold { get; set; } = TimeSpan.FromMinutes(1);
}
