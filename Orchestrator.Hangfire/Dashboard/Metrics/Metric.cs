namespace Hangfire.Dashboard;

/// <summary>How a figure is coloured.</summary>
public enum MetricStyle
{
    Default = 0,
    Info = 1,
    Success = 2,
    Warning = 3,
    Danger = 4,
}

/// <summary>A figure now.</summary>
public class Metric
{
    public Metric(string value) => Value = value;

    public Metric(long value)
    {
        Value = Figures.Text(value);
        IntValue = value;
    }

    public string Value { get; }

    public long IntValue { get; set; }

    public MetricStyle Style { get; set; }

    public bool Highlighted { get; set; }

    public string? Title { get; set; }
}

/// <summary>A figure that pages show.</summary>
public class DashboardMetric
{
    public DashboardMetric(string name, Func<RazorPage, Metric?> func)
        : this(name, name, func)
    {
    }

    public DashboardMetric(string name, string? title, Func<RazorPage, Metric?> func)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(func);
        Name = name;
        Title = title;
        Func = func;
    }

    public string Name { get; }

    /// <summary>Its value; null: there is nothing to show.</summary>
    public Func<RazorPage, Metric?> Func { get; }

    public string? Title { get; set; }

    /// <summary>The path of the dashboard to which it leads; null: nowhere.</summary>
    public string? Url { get; set; }
}
