using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using Hangfire.Common;

namespace Hangfire.Dashboard;

/// <summary>Names of jobs on pages.</summary>
internal static class JobNames
{
    private const int LongestName = 300;

    /// <summary>As the application says, as the job's attribute says, or class and method. What fails is passed over.</summary>
    public static string Of(DashboardContext context, Job job, bool includeQueue)
    {
        string? name;
        try
        {
            name = context.Options.DisplayNameFunc?.Invoke(context, job) ?? ByAttribute(context, job);
        }
        catch (Exception)
        {
            // A format that doesn't fit its arguments must not hide the job.
            name = null;
        }

        name ??= job.ToString(includeQueue);
        return name.Length <= LongestName ? name : string.Concat(name.AsSpan(0, LongestName), "…");
    }

    /// <summary>A type as it is written in C#.</summary>
    public static string Of(Type type)
    {
        if (type.IsArray) return Of(type.GetElementType()!) + "[]";
        var name = type.IsNested && !type.IsGenericParameter ? $"{Of(type.DeclaringType!)}.{type.Name}" : type.Name;
        if (!type.IsGenericType) return name;
        var plain = name.IndexOf('`', StringComparison.Ordinal) is > 0 and var at ? name[..at] : name;
        return $"{plain}<{string.Join(", ", type.GetGenericArguments().Select(Of))}>";
    }

    private static string? ByAttribute(DashboardContext context, Job job)
    {
        if (job.Method.GetCustomAttribute<JobDisplayNameAttribute>(inherit: true) is { } own) return own.Format(context, job);
        return job.Method.GetCustomAttribute<DisplayNameAttribute>(inherit: true) is { } general
            ? string.Format(CultureInfo.CurrentCulture, general.DisplayName, [.. job.Args])
            : null;
    }
}
