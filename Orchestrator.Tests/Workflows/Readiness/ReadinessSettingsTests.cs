using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Tests.Workflows.Readiness;

/// <summary>The file <c>readiness.yml</c>.</summary>
internal sealed class ReadinessSettingsTests
{
    [Test]
    public void The_shipped_file_says_what_holds_without_it()
    {
        var (shipped, diagnostics) = ReadinessSettings.Parse(Files.Shipped("readiness.yml"), "readiness.yml");

        diagnostics.Should().BeEmpty();
        shipped!.ActivityFreshness.Source.Should().Be(ReadinessSettings.Default.ActivityFreshness.Source);
        shipped.OnlineProbability.Source.Should().Be(ReadinessSettings.Default.OnlineProbability.Source);
    }

    [Test]
    public void What_it_leaves_out_stays_as_it_is()
    {
        var (settings, _) = ReadinessSettings.Parse("onlineProbability: countWithin(24) / 10", "readiness.yml");

        settings!.OnlineProbability.Source.Should().Be("countWithin(24) / 10");
        settings.ActivityFreshness.Source.Should().Be("freshness(6, 5)");
    }

    [TestCase("", "readiness.yml:1:1: error: the file is empty")]
    [TestCase("online: 1", "readiness.yml:1:1: error: online: unknown field `online`")]
    [TestCase("key: one\nsteps: []", "readiness.yml:1:1: error: key: unknown field `key`")]
    [TestCase("online_probability: onlin(1, 2)", "readiness.yml:1:21: error: online_probability: unknown function `onlin`. Did you mean `online`?")]
    [TestCase("activity_freshness: inputs.x", "readiness.yml:1:21: error: activity_freshness: unknown name `inputs`. Known are `agent`, `events`")]
    [TestCase("activity_freshness: [1]", "readiness.yml:1:21: error: activity_freshness: expected an expression, found a list")]
    public void A_mistake_is_reported_where_it_is(string text, string diagnostic)
    {
        var (settings, diagnostics) = ReadinessSettings.Parse(text, "readiness.yml");

        settings.Should().BeNull();
        diagnostics[0].ToString().Should().StartWith(diagnostic);
    }
}
