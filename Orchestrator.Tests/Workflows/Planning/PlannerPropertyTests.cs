using System.Diagnostics;
using Orchestrator.Tests.Scenarios;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>
/// Runs driven by the planner alone: random workflows of every construct, random schedules. Whatever happens, the laws of
/// runs hold (<see cref="PlannerLaws"/>, <see cref="PlannerWorld"/>). A million schedules with
/// <c>ORCHESTRATOR_CHAOS=long dotnet test --filter FullyQualifiedName~PlannerPropertyTests</c>.
/// </summary>
public sealed class PlannerPropertyTests
{
    private const int Short = 5_000;

    private const int Long = 1_000_000;

    [Test]
    public async Task Every_law_holds_in_every_schedule()
    {
        var (count, first) = ChaosSize.IsLong ? (Long, Short) : (Short, 0);
        var watch = Stopwatch.StartNew();

        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, Drive);

        await TestContext.Progress.WriteLineAsync($"{count} schedules in {watch.Elapsed.TotalSeconds:0.0} s");
    }

    private static void Drive(int seed)
    {
        var schedule = new PlannerSchedule(seed);
        try
        {
            schedule.Drive();
        }
        catch (Exception e) when (e is not AssertionException)
        {
            throw new AssertionException($"Seed {seed}: {e.Message}\n{schedule}\n{e.StackTrace}", e);
        }
    }
}
