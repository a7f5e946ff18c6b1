using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Workflows.Expressions;

/// <summary>The members of an object value in insertion order; small ones are searched, large ones indexed.</summary>
internal sealed class Members : IReadOnlyDictionary<string, Value>, IEquatable<Members>
{
    private readonly string[] _names;
    private readonly Value[] _values;
    private readonly Dictionary<string, int>? _places;

    public Members(string[] names, Value[] values, Dictionary<string, int>? places)
    {
        _names = names;
        _values = values;
        _places = places;
        var depth = 0;
        IsPlain = true;
        long size = 2;
        for (var i = 0; i < names.Length; i++)
        {
            IsPlain &= values[i].IsPlain;
            depth = Math.Max(depth, values[i].Depth);
            size = Saturating.Add(size, values[i].Size + names[i].Length + 4);
        }

        Depth = depth + 1;
        Size = size;
    }

    public static Members Empty { get; } = new([], [], null);

    public int Depth { get; }

    public long Size { get; }

    public bool IsPlain { get; }

    public int Count => _names.Length;

    public ReadOnlySpan<string> Names => _names;

    public ReadOnlySpan<Value> Contents => _values;

    public IEnumerable<string> Keys => _names;

    public IEnumerable<Value> Values => _values;

    public Value this[string key] =>
        TryGetValue(key, out var value) ? value : throw new KeyNotFoundException($"There is no member '{key}'.");

    public bool ContainsKey(string key) => PlaceOf(key) >= 0;

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out Value value)
    {
        var place = PlaceOf(key);
        value = place < 0 ? Value.Undefined : _values[place];
        return place >= 0;
    }

    public bool Equals(Members? other)
    {
        if (other is null || other.Count != Count)
        {
            return false;
        }

        for (var i = 0; i < _names.Length; i++)
        {
            if (!other.TryGetValue(_names[i], out var value) || !value.Equals(_values[i]))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Members);

    public override int GetHashCode() => Count;

    public IEnumerator<KeyValuePair<string, Value>> GetEnumerator()
    {
        for (var i = 0; i < _names.Length; i++)
        {
            yield return new KeyValuePair<string, Value>(_names[i], _values[i]);
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private int PlaceOf(string name) =>
        _places is null ? System.Array.IndexOf(_names, name) : _places.GetValueOrDefault(name, -1);
}
