using System.Globalization;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Support;

/// <summary>A child that performs Hangfire jobs.</summary>
internal static partial class ChildProgram
{
    static partial void StartPerforming(string connectionString, string clockOffset, ref Task? performing) =>
        performing = JobWorker.RunAsync(connectionString, TimeSpan.Parse(clockOffset, CultureInfo.InvariantCulture));
}
