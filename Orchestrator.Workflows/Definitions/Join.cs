namespace Orchestrator.Workflows.Definitions;

/// <summary>When a step may start, by how those that it depends on have ended (<c>join</c>).</summary>
/// <param name="Kind">The way.</param>
/// <param name="Needed">Of <see cref="JoinKind.Some"/>: so many have to end well.</param>
/// <param name="CancelsRest">Of <see cref="JoinKind.Some"/>: what is still open of the others then, and leads only here, is cancelled.</param>
public readonly record struct Join(JoinKind Kind, int Needed = 0, bool CancelsRest = false)
{
    public static Join All { get; } = new(JoinKind.All);

    /// <summary>The first that ends well.</summary>
    public static Join Any { get; } = new(JoinKind.Some, 1);

    public static Join AllDone { get; } = new(JoinKind.AllDone);
}

/// <summary>The ways to join.</summary>
public enum JoinKind
{
    /// <summary>All have ended, at least one of them well.</summary>
    All,

    /// <summary>So many as are needed have ended well; later ones change nothing.</summary>
    Some,

    /// <summary>All have ended, in whatever way: failures too.</summary>
    AllDone,
}
