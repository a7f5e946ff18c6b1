using System.Text.Json;
using Hangfire.Storage;

namespace Orchestrator.Jobs.Bulk;

/// <summary>A call in Hangfire's columns, as the supplier in use serialises it.</summary>
internal static class InvocationRows
{
    /// <summary><c>job.invocationdata</c>.</summary>
    public static string Invocation(InvocationData data)
    {
        var columns = new Dictionary<string, string>
        {
            ["Type"] = data.Type,
            ["Method"] = data.Method,
            ["Arguments"] = Arguments(data),
            ["ParameterTypes"] = data.ParameterTypes ?? "[]",
        };
        if (data.Queue is { } queue)
        {
            columns["Queue"] = queue;
        }

        return JsonSerializer.Serialize(columns);
    }

    /// <summary><c>job.arguments</c>.</summary>
    public static string Arguments(InvocationData data) =>
        data.Arguments ?? throw new InvalidOperationException("The supplier serialises no arguments.");
}
