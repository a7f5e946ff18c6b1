using Hangfire.Common;
using Hangfire.Storage;
using Orchestrator.Jobs.Bulk;
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
        return new StepJobRows(InvocationRows.Invocation(data), InvocationRows.Arguments(data));
    }

    /// <summary>A time as Hangfire writes it in a state's data.</summary>
    public static string Time(DateTime utc) => JobHelper.SerializeDateTime(utc);
}
