using System.Text.RegularExpressions;

namespace Hangfire.Dashboard;

/// <summary>One request to the dashboard, with what it may use.</summary>
public abstract class DashboardContext
{
    private readonly Lazy<bool> isReadOnly;

    protected DashboardContext(JobStorage storage, DashboardOptions options)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(options);
        Storage = storage;
        Options = options;
        isReadOnly = new(() => Options.IsReadOnlyFunc(this));
    }

    public JobStorage Storage { get; }

    public DashboardOptions Options { get; }

    /// <summary>What the route's pattern has found in the path.</summary>
    public Match UriMatch { get; set; } = Match.Empty;

    public DashboardRequest Request { get; protected set; } = null!;

    public DashboardResponse Response { get; protected set; } = null!;

    /// <summary>Whether this caller may only look.</summary>
    public bool IsReadOnly => isReadOnly.Value;

    /// <summary>The header in which a script sends <see cref="AntiforgeryToken"/>; null: tokens are not asked for.</summary>
    public string? AntiforgeryHeader { get; set; }

    /// <summary>The token that each POST has to carry; null: tokens are not asked for.</summary>
    public string? AntiforgeryToken { get; set; }

    public virtual IBackgroundJobClient GetBackgroundJobClient() => new BackgroundJobClient(Storage);

    public virtual IRecurringJobManager GetRecurringJobManager() => new RecurringJobManager(Storage);
}

/// <summary>What a page may ask a request.</summary>
public abstract class DashboardRequest
{
    public abstract string Method { get; }

    /// <summary>Where in the dashboard.</summary>
    public abstract string Path { get; }

    /// <summary>Where the dashboard is.</summary>
    public abstract string PathBase { get; }

    public abstract string? LocalIpAddress { get; }

    public abstract string? RemoteIpAddress { get; }

    public abstract string? GetQuery(string key);

    public abstract Task<IList<string>> GetFormValuesAsync(string key);
}

/// <summary>What a page may answer with.</summary>
public abstract class DashboardResponse
{
    public abstract string? ContentType { get; set; }

    public abstract int StatusCode { get; set; }

    public abstract Stream Body { get; }

    public abstract void SetExpire(DateTimeOffset? value);

    public abstract Task WriteAsync(string text);
}
