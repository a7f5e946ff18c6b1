using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>The ten features of seed 002's demo, in one go.</summary>
[Parallelizable(ParallelScope.Self)]
internal sealed class DemoTests
{
    [Test]
    public async Task All_ten_succeed()
    {
        NodeJs.Require();
        await using var place = Place.Create();

        var (code, output) = await place.RunAsync("demo");

        code.Should().Be(0, output);
        output.Should().Contain("All 10 succeeded.");
    }
}
