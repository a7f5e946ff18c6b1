using System.Text.Json;
using Hangfire.Common;
using Hangfire.Storage;
using Orchestrator.Jobs.Execution;

namespace Orchestrator.Jobs.Recording;

/// <summary>
/// How a step's job stands in Hangfire's tables. The invocation is written as the supplier in use serialises it, with
/// places for the tenant and the job; the rest is Hangfire's documented rows.
/// </summary>
internal sealed class StepJobRows
{
    public const string DefaultQueue = "default";

    // Placeholders that no JSON escape touches.
    private const string TenantMark = "{tenant}";
    private const string JobMark = "{job}";

    private StepJobRows(string invocation, string arguments) => (Invocation, Arguments) = (invocation, arguments);

    /// <summary><c>job.invocationdata</c>, with the marks <c>{tenant}</c> and <c>{job}</c>.</summary>
    public string Invocation { get; }

    /// <summary><c>job.arguments</c>, with the same marks.</summary>
    public string Arguments { get; }

    public static StepJobRows Create()
    {
        var job = Job.FromExpression<StepJob>(step => step.Run(TenantMark, JobMark, null!));
        var data = InvocationData.SerializeJob(job);
        var arguments = data.Arguments ?? throw new InvalidOperationException("The supplier serialises no arguments.");
        var invocation = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["Type"] = data.Type,
            ["Method"] = data.Method,
            ["Arguments"] = arguments,
            ["ParameterTypes"] = data.ParameterTypes ?? "[]",
        });
        return new StepJobRows(invocation, arguments);
    }

    /// <summary>A time as Hangfire writes it in a state's data.</summary>
    public static string Time(DateTime utc) => JobHelper.SerializeDateTime(utc);
}
