using System.Diagnostics;
using System.Text;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;

namespace Hangfire.Dashboard;

/// <summary>A page, or a part of one.</summary>
public abstract class RazorPage
{
    private readonly StringBuilder content = new();
    private Lazy<StatisticsDto>? statistics;
    private Lazy<DateTime?>? storageUtcNow;
    private string body = "";

    protected RazorPage()
    {
        GenerationTime = Stopwatch.StartNew();
        Html = new(this);
    }

    public DashboardContext Context { get; private set; } = null!;

    public HtmlHelper Html { get; }

    public UrlHelper Url { get; private set; } = null!;

    /// <summary>The page around this one; null: there is none.</summary>
    public RazorPage? Layout { get; protected set; }

    public JobStorage Storage => Context.Storage;

    public DashboardOptions DashboardOptions => Context.Options;

    public string? AppPath => Context.Options.AppPath;

    public bool IsReadOnly => Context.IsReadOnly;

    public Stopwatch GenerationTime { get; private set; }

    public string RequestPath => Context.Request.Path;

    public DateTime ApplicationUtcNow => DateTime.UtcNow;

    /// <summary>The storage's own time; null: it has none.</summary>
    public DateTime? StorageUtcNow => storageUtcNow!.Value;

    /// <summary>How far this process's clock is before the storage's; null: the storage has none.</summary>
    public TimeSpan? TimeDifference => StorageUtcNow is { } now ? ApplicationUtcNow - now : null;

    /// <summary>Read once for a page and its parts.</summary>
    public StatisticsDto Statistics => statistics!.Value;

    /// <summary>Writes the page's text.</summary>
    public abstract void Execute();

    public string? Query(string key) => Context.Request.GetQuery(key);

    /// <summary>Makes it a part of <paramref name="parentPage"/>, of the same request.</summary>
    public void Assign(RazorPage parentPage)
    {
        ArgumentNullException.ThrowIfNull(parentPage);
        Context = parentPage.Context;
        Url = parentPage.Url;
        GenerationTime = parentPage.GenerationTime;
        statistics = parentPage.statistics;
        storageUtcNow = parentPage.storageUtcNow;
    }

    /// <summary>The page, in its layouts.</summary>
    public override string ToString() => Render("");

    internal void Assign(DashboardContext context)
    {
        Context = context;
        Url = new(context);
        statistics = new(() => Storage.GetMonitoringApi().GetStatistics());
        storageUtcNow = new(ReadStorageTime);
    }

    /// <summary>The page around <paramref name="inner"/>.</summary>
    internal string Render(string inner)
    {
        body = inner;
        content.Clear();
        Execute();
        if (Layout is null) return content.ToString();
        Layout.Assign(this);
        return Layout.Render(content.ToString());
    }

    /// <summary>What this layout is around.</summary>
    protected virtual object RenderBody() => new NonEscapedString(body);

    /// <summary>Writes text as it is.</summary>
    protected void WriteLiteral(string textToAppend) => content.Append(textToAppend);

    /// <summary>Writes a value, encoded if it is not HTML.</summary>
    protected virtual void Write(object? value) => WriteLiteral(value is NonEscapedString ? value.ToString()! : Markup.Encode(value?.ToString()));

    private DateTime? ReadStorageTime()
    {
        if (!Storage.HasFeature(JobStorageFeatures.Connection.GetUtcDateTime)) return null;
        using var connection = Storage.GetReadOnlyConnection();
        return (connection as JobStorageConnection)?.GetUtcDateTime();
    }
}
