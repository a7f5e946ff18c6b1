using Hangfire.Dashboard;

namespace Hangfire;

/// <summary>What can be configured of the dashboard.</summary>
public static partial class GlobalConfigurationExtensions
{
    /// <summary>Shows a figure on the first page.</summary>
    public static IGlobalConfiguration UseDashboardMetric(this IGlobalConfiguration configuration, DashboardMetric metric)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        DashboardMetrics.AddMetric(metric);
        HomePage.AddMetric(metric);
        return configuration;
    }

    public static IGlobalConfiguration UseDashboardMetrics(this IGlobalConfiguration configuration, params DashboardMetric[] metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        foreach (var metric in metrics) configuration.UseDashboardMetric(metric);
        return configuration;
    }

    /// <summary>Adds a part to the page of each job; lower orders come first, and its own parts come before all of them.</summary>
    public static IGlobalConfiguration UseJobDetailsRenderer(
        this IGlobalConfiguration configuration, int order, Func<JobDetailsRendererDto, NonEscapedString?> renderer)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(renderer);
        JobDetailsRenderers.Add(order, renderer);
        return configuration;
    }
}
