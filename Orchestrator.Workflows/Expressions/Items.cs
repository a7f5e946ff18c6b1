using System.Collections;

namespace Orchestrator.Workflows.Expressions;

/// <summary>The elements of an array value, with its depth and size known from the start.</summary>
internal sealed class Items : IReadOnlyList<Value>
{
    private readonly Value[] _elements;

    public Items(Value[] elements)
    {
        _elements = elements;
        var depth = 0;
        IsPlain = true;
        long size = 2;
        foreach (var element in elements)
        {
            IsPlain &= element.IsPlain;
            depth = Math.Max(depth, element.Depth);
            size = Saturating.Add(size, element.Size + 1);
        }

        Depth = depth + 1;
        Size = size;
    }

    public static Items Empty { get; } = new([]);

    public int Depth { get; }

    public long Size { get; }

    public bool IsPlain { get; }

    public int Count => _elements.Length;

    public ReadOnlySpan<Value> Span => _elements;

    public Value this[int index] => _elements[index];

    public IEnumerator<Value> GetEnumerator() => ((IEnumerable<Value>)_elements).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
