using Orchestrator.Jobs.Execution;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Tests.Jobs.Execution;

/// <summary>A step's place is read from its row as it was written.</summary>
public sealed class PlacesTests
{
    private static readonly StepPlace Item = new(4, [new Opener(1, 1, 7), new Opener(20, 2, 0)]);

    private static readonly StepPlace[] All =
    [
        Item,
        Undoing(new StepPlace(9, [new Opener(3, 3, 0)]), new UndoneStep(0, null)),
        Undoing(new StepPlace(9, [new Opener(1, 1, 8), new Opener(22, 3, 5)]), new UndoneStep(21, Item)),

        // A step inside of a compensation.
        new(10, [.. Undoing(new StepPlace(9, [new Opener(3, 3, 0)]), new UndoneStep(21, Item)).Owners, new Opener(30, 9, 2)]),
    ];

    [TestCaseSource(nameof(All))]
    public void It_is_the_same(StepPlace place) =>
        Places.Of(place.Step, [.. Places.Write(place).Trim('{', '}').Split(',').Select(int.Parse)]).Should().Be(place);

    private static StepPlace Undoing(StepPlace place, UndoneStep undone) =>
        place with { Owners = [.. place.Owners.SkipLast(1), place.Owner with { Undoes = undone }] };
}
