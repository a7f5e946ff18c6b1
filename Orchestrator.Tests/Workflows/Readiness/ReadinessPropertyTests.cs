using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Tests.Workflows.Readiness;

/// <summary>On random histories an evaluation gives what an independent calculation does.</summary>
internal sealed class ReadinessPropertyTests
{
    private const int Cases = 10_000;
    private const double Precision = 1e-9;

    [Test]
    public void The_formulas_agree_with_an_independent_calculation()
    {
        var random = new Random(20261121);
        var (eligible, compared) = (0, 0);
        for (var i = 0; i < Cases; i++)
        {
            var now = Histories.Now.AddTicks(random.NextInt64(TimeSpan.TicksPerDay));
            var agent = Histories.Random(random);

            var evaluation = ReadinessEvaluator.Evaluate(agent, now, ReadinessSettings.Default, Histories.Shipped);

            var freshness = Independent.Freshness(agent, now, 6, 5);
            var online = Independent.Online(agent, now, 1, 2);
            var threshold = 0.6 * (1 + (((freshness + online) / 2) - 0.5));
            Close(evaluation.Freshness, freshness, i);
            Close(evaluation.OnlineProbability, online, i);
            Close(evaluation.Readiness, (freshness + online) / 2, i);
            Close(Of(evaluation, "feed_review").Score, Independent.FeedReview(agent, now), i);
            Close(Of(evaluation, "post_creator").Score, Independent.PostCreator(agent, now), i);
            foreach (var workflow in evaluation.Workflows)
            {
                Close(workflow.Threshold, threshold, i);
                if (Math.Abs(workflow.Score!.Value - threshold) > Precision)
                {
                    workflow.Eligible.Should().Be(workflow.Score > threshold);
                    compared++;
                }

                eligible += workflow.Eligible ? 1 : 0;
            }
        }

        compared.Should().BeGreaterThan(Cases);
        eligible.Should().BeInRange(Cases, (6 * Cases) - (Cases / 2), "the histories are of all kinds");
    }

    [Test]
    public void The_measures_agree_with_an_independent_calculation_whatever_their_settings()
    {
        var random = new Random(7);
        for (var i = 0; i < Cases; i++)
        {
            var (halfLife, full) = (random.Next(1, 400) / 10.0, random.Next(1, 30));
            var (window, prior) = (random.Next(1, 49) / 4.0, random.Next(0, 10) / 2.0);
            var (settings, problems) = ReadinessSettings.Parse(
                FormattableString.Invariant($"activity_freshness: freshness({halfLife}, {full})\nonline_probability: online({window}, {prior})\n"), "readiness.yml");
            problems.Should().BeEmpty();
            var agent = Histories.Random(random);

            var evaluation = ReadinessEvaluator.Evaluate(agent, Histories.Now, settings!, []);

            Close(evaluation.Freshness, Independent.Freshness(agent, Histories.Now, halfLife, full), i);
            Close(evaluation.OnlineProbability, Independent.Online(agent, Histories.Now, window, prior), i);
            evaluation.Freshness.Should().BeInRange(0, 1);
            evaluation.OnlineProbability.Should().BeInRange(0, 1);
        }
    }

    private static WorkflowReadiness Of(ReadinessEvaluation evaluation, string type) => evaluation.Workflows.Single(one => one.Type == type);

    private static void Close(double? found, double expected, int i)
    {
        if (!(Math.Abs(found!.Value - expected) <= Precision))
        {
            Assert.Fail($"case {i}: found {found}, expected {expected}");
        }
    }
}
