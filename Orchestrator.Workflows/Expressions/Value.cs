using System.Diagnostics.CodeAnalysis;
using Orchestrator.Workflows.Expressions.Functions.Dates;

namespace Orchestrator.Workflows.Expressions;

/// <summary>
/// An immutable value with JavaScript's kinds: what expressions compute with, and what inputs, variables and results
/// are. It has no identity: two values are equal when their contents are. <c>default</c> is <see cref="Undefined"/>.
/// </summary>
public readonly partial struct Value : IEquatable<Value>
{
    /// <summary>How deep arrays and objects may nest in JSON that is read and in what an expression builds.</summary>
    public const int MaxDepth = 64;

    private readonly object? _content;
    private readonly double _number;

    private Value(ValueKind kind, object? content, double number)
    {
        Kind = kind;
        _content = content;
        _number = number;
    }

    public static Value Undefined => default;

    public static Value Null { get; } = new(ValueKind.Null, null, 0);

    public static Value True { get; } = new(ValueKind.Boolean, null, 1);

    public static Value False { get; } = new(ValueKind.Boolean, null, 0);

    public static Value EmptyString { get; } = new(ValueKind.String, "", 0);

    public static Value EmptyArray { get; } = new(ValueKind.Array, Items.Empty, 0);

    public static Value EmptyObject { get; } = new(ValueKind.Object, Members.Empty, 0);

    public ValueKind Kind { get; }

    public bool IsUndefined => Kind == ValueKind.Undefined;

    public bool IsNull => Kind == ValueKind.Null;

    /// <summary>Null or undefined: what <c>??</c> and <c>?.</c> pass over.</summary>
    public bool IsNullish => Kind is ValueKind.Undefined or ValueKind.Null;

    /// <summary>JavaScript's truth: all but undefined, null, false, 0, NaN and the empty string.</summary>
    public bool IsTruthy => Kind switch
    {
        ValueKind.Undefined or ValueKind.Null => false,
        ValueKind.Boolean => _number != 0,
        ValueKind.Number => _number != 0 && !double.IsNaN(_number),
        ValueKind.String => ((string)_content!).Length > 0,
        _ => true,
    };

    /// <summary>Whether JSON holds it as it is: no date, undefined or NaN in it.</summary>
    internal bool IsPlain => Kind switch
    {
        ValueKind.Undefined or ValueKind.Date => false,
        ValueKind.Number => double.IsFinite(_number),
        ValueKind.Array => ((Items)_content!).IsPlain,
        ValueKind.Object => ((Members)_content!).IsPlain,
        _ => true,
    };

    /// <summary>How many levels of arrays and objects; 0 for all other kinds.</summary>
    internal int Depth => Kind switch
    {
        ValueKind.Array => ((Items)_content!).Depth,
        ValueKind.Object => ((Members)_content!).Depth,
        _ => 0,
    };

    /// <summary>About as many characters as it has when written as JSON.</summary>
    internal long Size => Kind switch
    {
        ValueKind.String => ((string)_content!).Length + 2,
        ValueKind.Array => ((Items)_content!).Size,
        ValueKind.Object => ((Members)_content!).Size,
        ValueKind.Date => 26,
        _ => 4,
    };

    /// <summary>Bytes of its JSON in UTF-8 where they are more than a bound; 0: they are not. What is far from it is not counted.</summary>
    public int BytesBeyond(int bound)
    {
        // Of a character there are at most six bytes (\u001f), of what is not text less.
        const int longest = 6;
        return Size * longest > bound && System.Text.Encoding.UTF8.GetByteCount(ToJson()) is var bytes && bytes > bound ? bytes : 0;
    }

    /// <summary>A member of an object; undefined where there is none, also for every other kind.</summary>
    public Value this[string name] => Property(name);

    /// <summary>An element of an array; undefined where there is none, also for every other kind.</summary>
    public Value this[int index] =>
        Kind == ValueKind.Array && (uint)index < (uint)Elements.Length ? Elements[index] : Undefined;

    /// <summary>A string; null becomes <see cref="Null"/>.</summary>
    public static Value Of(string? text) => text switch
    {
        null => Null,
        "" => EmptyString,
        _ => new Value(ValueKind.String, text, 0),
    };

    /// <summary>A date, from milliseconds since 1970 in UTC; NaN and what is beyond JavaScript's range is an invalid one.</summary>
    public static Value Date(double time) => new(ValueKind.Date, null, Calendar.Clip(time));

    public static Value Of(double number) => new(ValueKind.Number, null, number);

    public static Value Of(bool truth) => truth ? True : False;

    public static Value Array(params ReadOnlySpan<Value> elements) => FromOwned(elements.ToArray());

    public static Value Array(IEnumerable<Value> elements) => FromOwned([.. elements]);

    /// <summary>An object in the given order; of members with one name the last value wins, at the first one's place.</summary>
    public static Value Object(IEnumerable<KeyValuePair<string, Value>> members)
    {
        var builder = new ObjectBuilder();
        foreach (var (name, value) in members)
        {
            builder.Set(name, value);
        }

        return builder.Build();
    }

    /// <inheritdoc cref="Object(IEnumerable{KeyValuePair{string, Value}})"/>
    public static Value Object(params ReadOnlySpan<(string Name, Value Value)> members)
    {
        var builder = new ObjectBuilder(members.Length);
        foreach (var (name, value) in members)
        {
            builder.Set(name, value);
        }

        return builder.Build();
    }

    public static implicit operator Value(string? text) => Of(text);

    public static implicit operator Value(double number) => Of(number);

    public static implicit operator Value(bool truth) => Of(truth);

    public static bool operator ==(Value left, Value right) => left.Equals(right);

    public static bool operator !=(Value left, Value right) => !left.Equals(right);

    /// <summary>The text of a string.</summary>
    /// <exception cref="InvalidOperationException">It is no string.</exception>
    public string AsString() => Kind == ValueKind.String ? (string)_content! : throw Mismatch(ValueKind.String);

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">It is no number.</exception>
    public double AsNumber() => Kind == ValueKind.Number ? _number : throw Mismatch(ValueKind.Number);

    /// <summary>The date's milliseconds since 1970; NaN: it is invalid.</summary>
    /// <exception cref="InvalidOperationException">It is no date.</exception>
    public double AsTime() => Kind == ValueKind.Date ? _number : throw Mismatch(ValueKind.Date);

    /// <summary>True or false.</summary>
    /// <exception cref="InvalidOperationException">It is no boolean.</exception>
    public bool AsBoolean() => Kind == ValueKind.Boolean ? _number != 0 : throw Mismatch(ValueKind.Boolean);

    /// <summary>The elements of an array.</summary>
    /// <exception cref="InvalidOperationException">It is no array.</exception>
    public IReadOnlyList<Value> AsArray() => Kind == ValueKind.Array ? (Items)_content! : throw Mismatch(ValueKind.Array);

    /// <summary>The members in their order.</summary>
    /// <exception cref="InvalidOperationException">It is no object.</exception>
    public IReadOnlyDictionary<string, Value> AsObject() =>
        Kind == ValueKind.Object ? (Members)_content! : throw Mismatch(ValueKind.Object);

    /// <summary>A member of an object; undefined where there is none, also for every other kind.</summary>
    public Value Property(string name) =>
        Kind == ValueKind.Object && ((Members)_content!).TryGetValue(name, out var value) ? value : Undefined;

    /// <summary>This object with one member added or replaced.</summary>
    /// <exception cref="InvalidOperationException">It is no object.</exception>
    public Value With(string name, Value value)
    {
        var builder = new ObjectBuilder();
        foreach (var (key, member) in AsObject())
        {
            builder.Set(key, member);
        }

        builder.Set(name, value);
        return builder.Build();
    }

    public bool Equals(Value other) => Kind == other.Kind && Kind switch
    {
        ValueKind.Undefined or ValueKind.Null => true,
        ValueKind.String => (string)_content! == (string)other._content!,
        ValueKind.Array => Elements.SequenceEqual(other.Elements),
        ValueKind.Object => ((Members)_content!).Equals((Members)other._content!),
        _ => _number.Equals(other._number),
    };

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Value other && Equals(other);

    public override int GetHashCode() => Kind switch
    {
        ValueKind.Undefined or ValueKind.Null => (int)Kind,
        ValueKind.String => ((string)_content!).GetHashCode(),
        ValueKind.Array => HashCode.Combine(Kind, ((Items)_content!).Count),
        ValueKind.Object => HashCode.Combine(Kind, ((Members)_content!).Count),
        _ => HashCode.Combine(Kind, _number),
    };

    /// <summary>As JSON, except that <see cref="Undefined"/> is named; for people and logs.</summary>
    public override string ToString() => IsUndefined ? "undefined" : ToJson();

    internal ReadOnlySpan<Value> Elements => ((Items)_content!).Span;

    internal Members ObjectMembers => (Members)_content!;

    internal static Value FromOwned(Value[] elements) =>
        elements.Length == 0 ? EmptyArray : new Value(ValueKind.Array, new Items(elements), 0);

    internal static Value FromOwned(Members members) => new(ValueKind.Object, members, 0);

    private InvalidOperationException Mismatch(ValueKind wanted) =>
        new($"Expected {ValueText.Name(wanted)}, found {ValueText.Name(Kind)}.");
}
