using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Jobs.Limits;

/// <summary>An open run of a key.</summary>
/// <param name="Run">Which.</param>
/// <param name="Limit">How many of its key may be open, by its own version of the workflow.</param>
/// <param name="OnLimit">What becomes of it where they are.</param>
/// <param name="Holds">It has a slot.</param>
/// <param name="Place">Order of dispatch.</param>
internal sealed record SlotRun(RunId Run, int Limit, OnLimit OnLimit, bool Holds, long Place);

/// <summary>What becomes of the runs of a key.</summary>
/// <param name="Admitted">They have a slot now.</param>
/// <param name="Skipped">They are cancelled: every slot was taken.</param>
/// <param name="Replaced">They are cancelled, each for the run that came for its slot.</param>
internal sealed record SlotDecisions(
    IReadOnlyList<RunId> Admitted, IReadOnlyList<(SlotRun Run, RunId Holder)> Skipped, IReadOnlyList<(RunId Run, SlotRun For)> Replaced)
{
    /// <summary>The runs of which something becomes.</summary>
    public IEnumerable<RunId> Runs => Admitted.Concat(Skipped.Select(one => one.Run.Run)).Concat(Replaced.Select(one => one.Run));
}

/// <summary>Decides which runs of one key have a slot (<c>config.concurrency</c>). A pure function.</summary>
internal static class SlotLine
{
    /// <param name="runs">Those that have a slot, and those in line in the order of the line.</param>
    public static SlotDecisions Decide(IReadOnlyList<SlotRun> runs)
    {
        var holders = runs.Where(run => run.Holds).OrderBy(run => run.Place).ToList();
        List<RunId> admitted = [];
        List<(SlotRun, RunId)> skipped = [];
        List<(RunId, SlotRun)> replaced = [];
        var isBlocked = false;
        foreach (var run in runs.Where(run => !run.Holds))
        {
            var isFull = holders.Count >= run.Limit;
            switch (run.OnLimit)
            {
                case OnLimit.Queue when isFull || isBlocked:
                    // Nobody is overtaken, whatever limit he has.
                    isBlocked = true;
                    continue;
                case OnLimit.Skip when isFull:
                    skipped.Add((run, holders[0].Run));
                    continue;
                case OnLimit.CancelRunning:
                    while (holders.Count >= run.Limit)
                    {
                        replaced.Add((holders[0].Run, run));
                        admitted.Remove(holders[0].Run);
                        holders.RemoveAt(0);
                    }

                    break;
            }

            admitted.Add(run.Run);
            holders.Add(run);
        }

        return new SlotDecisions(admitted, skipped, replaced);
    }
}
