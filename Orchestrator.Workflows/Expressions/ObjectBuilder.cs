namespace Orchestrator.Workflows.Expressions;

/// <summary>Collects the members of one object; a name that is set again keeps its place and takes the new value.</summary>
internal sealed class ObjectBuilder(int capacity = 4)
{
    private const int SearchedUpTo = 8;

    private readonly List<string> _names = new(capacity);
    private readonly List<Value> _values = new(capacity);
    private Dictionary<string, int>? _places;

    /// <summary>False: the name was there.</summary>
    public bool Set(string name, Value value)
    {
        var place = _places is null ? _names.IndexOf(name) : _places.GetValueOrDefault(name, -1);
        if (place >= 0)
        {
            _values[place] = value;
            return false;
        }

        _names.Add(name);
        _values.Add(value);
        if (_places is not null)
        {
            _places[name] = _names.Count - 1;
        }
        else if (_names.Count > SearchedUpTo)
        {
            _places = new Dictionary<string, int>(_names.Count * 2, StringComparer.Ordinal);
            for (var i = 0; i < _names.Count; i++)
            {
                _places[_names[i]] = i;
            }
        }

        return true;
    }

    /// <summary>The object; the builder is not used any more afterwards.</summary>
    public Value Build() =>
        _names.Count == 0 ? Value.EmptyObject : Value.FromOwned(new Members([.. _names], [.. _values], _places));
}
