using System.Collections;

namespace Orchestrator.Workflows.Planning;

/// <summary>What a step opens that rolls back: the one body of a compensation, with the step that it undoes.</summary>
/// <param name="Body">By index in <see cref="Blueprint.Bodies"/>.</param>
/// <param name="Undoes">The step.</param>
public sealed record Compensation(int Body, UndoneStep Undoes) : IReadOnlyList<int>
{
    public int Count => 1;

    public int this[int index] => index == 0 ? Body : throw new ArgumentOutOfRangeException(nameof(index));

    public IEnumerator<int> GetEnumerator()
    {
        yield return Body;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
