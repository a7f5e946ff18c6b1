using Orchestrator.Jobs.Limits;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Jobs.Limits;

/// <summary>Which runs of a key have a slot.</summary>
[TestFixture]
internal sealed class SlotLineTests
{
    private static readonly RunId[] Ids = [.. Enumerable.Range(0, 6).Select(n => RunId.New(DateTimeOffset.UnixEpoch.AddDays(n)))];

    // Those that hold a slot in capitals; then what becomes of them: + admitted, - skipped, x cancelled for another.
    [TestCase("q ", 1, "+0")]
    [TestCase("qqq", 2, "+0 +1")]
    [TestCase("Qqq", 2, "+1")]
    [TestCase("QQq", 2, "")]
    [TestCase("ss", 1, "+0 -1")]
    [TestCase("Sss", 2, "+1 -2")]
    [TestCase("Cc", 1, "+1 x0")]
    [TestCase("CCc", 2, "+2 x0")]
    [TestCase("ccc", 1, "+2 x0 x1")]
    [TestCase("QQQc", 2, "+3 x0 x1")]
    [TestCase("Qqs", 1, "-2")]
    public void It_is_as_their_words_say(string runs, int limit, string expected)
    {
        var decisions = SlotLine.Decide([.. runs.Trim().Select((word, n) => Run(n, word, limit))]);

        Words(decisions).Should().Be(expected);
    }

    [Test]
    public void Nobody_is_overtaken_by_one_whose_version_allows_more()
    {
        var decisions = SlotLine.Decide([Run(0, 'Q', 1), Run(1, 'q', 1), Run(2, 'q', 5)]);

        decisions.Runs.Should().BeEmpty();
    }

    private static SlotRun Run(int n, char word, int limit) => new(
        Ids[n], limit, char.ToLowerInvariant(word) switch { 's' => OnLimit.Skip, 'c' => OnLimit.CancelRunning, _ => OnLimit.Queue }, char.IsUpper(word), n);

    private static string Words(SlotDecisions decisions) => string.Join(' ',
        decisions.Admitted.Select(run => $"+{Array.IndexOf(Ids, run)}")
            .Concat(decisions.Skipped.Select(one => $"-{Array.IndexOf(Ids, one.Run.Run)}"))
            .Concat(decisions.Replaced.Select(one => $"x{Array.IndexOf(Ids, one.Run)}")));
}
