using System.Collections.Concurrent;
using System.Globalization;
using System.Resources;
using Hangfire.Common;
using Hangfire.Dashboard;

namespace Hangfire;

/// <summary>A job's name on the dashboard: a format of its arguments, such as <c>Mail to {0}</c>.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Interface)]
public class JobDisplayNameAttribute : Attribute
{
    private static readonly ConcurrentDictionary<Type, ResourceManager> Resources = new();

    public JobDisplayNameAttribute(string displayName) => DisplayName = displayName;

    /// <summary>The format, or its name among the resources of <see cref="ResourceType"/>.</summary>
    public string DisplayName { get; }

    public Type? ResourceType { get; set; }

    public virtual string Format(DashboardContext context, Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        var format = ResourceType is null
            ? DisplayName
            : Resources.GetOrAdd(ResourceType, static type => new(type)).GetString(DisplayName, CultureInfo.CurrentUICulture) ?? DisplayName;
        return string.Format(CultureInfo.CurrentCulture, format, [.. job.Args]);
    }
}
