using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Tests.Workflows.Readiness;

/// <summary>The two formulas that seed 000 gives, run as it has them by Node.js, and ours, to the last digit.</summary>
internal sealed class SeedFormulaTests
{
    private const int Cases = 500;

    [Test]
    public void Ours_give_what_the_seeds_do()
    {
        var random = new Random(42);
        var agents = Enumerable.Range(0, Cases).Select(_ => Histories.Random(random)).ToList();

        var theirs = Node(agents);

        var ours = agents.Select(agent => ReadinessEvaluator.Evaluate(agent, Histories.Now, ReadinessSettings.Default, Histories.Shipped))
            .Select(evaluation => new[] { Score(evaluation, "feed_review"), Score(evaluation, "post_creator") });
        ours.Should().BeEquivalentTo(theirs, options => options.WithStrictOrdering());
        theirs.Select(scores => scores[1]).Distinct().Should().HaveCountGreaterThan(30);
    }

    private static double Score(ReadinessEvaluation evaluation, string type) => evaluation.Workflows.Single(one => one.Type == type).Score!.Value;

    private static double[][] Node(IEnumerable<AgentActivity> agents)
    {
        using var node = Start();
        node.StandardInput.Write(JsonSerializer.Serialize(agents.Select(agent => new
        {
            now = Histories.Now,
            events = agent.Events.Select(one => new { event_type = one.EventType, created_at = one.CreatedAt }),
        })));
        node.StandardInput.Close();
        return JsonSerializer.Deserialize<double[][]>(node.StandardOutput.ReadToEnd())!;
    }

    private static Process Start()
    {
        try
        {
            var script = Path.Combine(AppContext.BaseDirectory, "Workflows", "Readiness", "Seed", "evaluate.js");
            return Process.Start(new ProcessStartInfo("node", [script]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        }
        catch (Win32Exception)
        {
            Assert.Ignore("Node.js is not on the PATH; on Debian apt-get install nodejs.");
            throw;
        }
    }
}
