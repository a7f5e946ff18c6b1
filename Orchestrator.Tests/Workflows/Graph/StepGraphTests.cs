using Orchestrator.Workflows.Graph;

namespace Orchestrator.Tests.Workflows.Graph;

internal sealed class StepGraphTests
{
    private static readonly Edge[] Diamond = [new(0, 1), new(0, 2), new(1, 3), new(2, 3), new(2, 3)];

    [Test]
    public void A_diamond_has_one_root_and_one_sink()
    {
        var graph = StepGraph.Create(4, Diamond);

        graph.Roots.Should().Equal(0);
        graph.Sinks.Should().Equal(3);
        graph.Parents(3).Should().Equal(1, 2);
        graph.Children(0).Should().Equal(1, 2);
        graph.Order.Should().Equal(0, 1, 2, 3);
    }

    [Test]
    public void Ancestors_are_all_that_lies_upstream()
    {
        var ancestry = new Ancestry(StepGraph.Create(5, [.. Diamond, new Edge(4, 3)]));

        ancestry.Above(3).Should().Equal(0, 1, 2, 4);
        ancestry.CountAbove(3).Should().Be(4);
        ancestry.IsAbove(0, 3).Should().BeTrue();
        ancestry.IsAbove(1, 2).Should().BeFalse();
        ancestry.IsAbove(3, 3).Should().BeFalse();
    }

    [Test]
    public void A_cycle_is_given_from_its_lowest_step_round() =>
        StepGraph.FindCycles(5, [new Edge(0, 3), new Edge(3, 2), new Edge(2, 1), new Edge(1, 3), new Edge(2, 4)])
            .Should().ContainSingle().Which.Should().Equal(1, 3, 2, 1);

    [Test]
    public void Every_group_of_steps_in_a_circle_is_found() =>
        StepGraph.FindCycles(5, [new Edge(0, 1), new Edge(1, 0), new Edge(1, 2), new Edge(2, 3), new Edge(3, 2), new Edge(4, 4)])
            .Select(cycle => string.Join(" ", cycle)).Should().Equal("0 1 0", "2 3 2", "4 4");

    [Test]
    public void A_circle_can_not_become_a_graph() =>
        FluentActions.Invoking(() => StepGraph.Create(2, [new Edge(0, 1), new Edge(1, 0)])).Should().Throw<ArgumentException>();

    [TestCase(-1, 0)]
    [TestCase(0, 2)]
    public void An_edge_to_nowhere_is_refused(int parent, int child) =>
        FluentActions.Invoking(() => StepGraph.Create(2, [new Edge(parent, child)])).Should().Throw<ArgumentException>();

    [Test]
    public void Ten_thousand_steps_in_one_circle_are_no_matter()
    {
        var edges = Enumerable.Range(0, 10_000).Select(i => new Edge(i, (i + 1) % 10_000)).ToList();

        StepGraph.FindCycles(10_000, edges).Should().ContainSingle().Which.Should().HaveCount(10_001);
        StepGraph.Create(10_000, edges.SkipLast(1)).Order.Should().BeInAscendingOrder();
    }

    [FsCheck.NUnit.Property]
    public void The_order_holds_for_every_edge_and_exists_unless_there_is_a_cycle(byte steps, int seed)
    {
        var count = steps % 12 + 1;
        var random = new Random(seed);
        var edges = Enumerable.Range(0, random.Next(2 * count)).Select(_ => new Edge(random.Next(count), random.Next(count))).ToList();

        var cycles = StepGraph.FindCycles(count, edges);
        foreach (var cycle in cycles)
        {
            cycle.Zip(cycle.Skip(1)).Should().OnlyContain(pair => edges.Contains(new Edge(pair.First, pair.Second)));
            cycle[0].Should().Be(cycle[^1]);
        }

        if (cycles.Count == 0)
        {
            var place = StepGraph.Create(count, edges).Order.Select((step, at) => (step, at)).ToDictionary(pair => pair.step, pair => pair.at);
            place.Should().HaveCount(count);
            edges.Should().NotContain(edge => place[edge.Parent] >= place[edge.Child]);
        }
        else
        {
            FluentActions.Invoking(() => StepGraph.Create(count, edges)).Should().Throw<ArgumentException>();
        }
    }
}
