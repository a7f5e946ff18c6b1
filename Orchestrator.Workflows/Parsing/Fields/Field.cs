namespace Orchestrator.Workflows.Parsing.Fields;

/// <summary>One field that an object of the format may have: its name, what may stand there, and where it goes.</summary>
/// <param name="Name">In snake_case. Files may write it in camelCase too, and a <c>_ms</c> field without its ending.</param>
/// <param name="Shape">What may stand there; null: the field is planned and refused for now.</param>
/// <param name="Read">Reads it into the target.</param>
internal sealed record Field<TTarget>(string Name, Shape? Shape, Action<TTarget, FieldValue> Read)
{
    /// <summary>Other names of the field.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>A <c>_ms</c> field has no other name without its ending.</summary>
    public bool IsExact { get; init; }

    public IEnumerable<string> Spellings =>
        [Name, .. Aliases, .. !IsExact && Name.EndsWith("_ms", StringComparison.Ordinal) ? [Name[..^3]] : Array.Empty<string>()];

    public static Field<TTarget> Planned(string name) =>
        new(name, null, (_, value) => value.Error($"`{name}` is not yet supported"));

    public static Field<TTarget> Text(string name, Action<TTarget, string> assign) =>
        new(name, Shape.Text, (target, value) => Assign(target, value.Text(), assign));

    public static Field<TTarget> Milliseconds(string name, int minimum, Action<TTarget, TimeSpan> assign) =>
        new(name, Shape.Integer(minimum, int.MaxValue), (target, value) => AssignValue(target, value.Milliseconds(minimum), assign));

    public static Field<TTarget> Integer(string name, int minimum, int maximum, Action<TTarget, int> assign) =>
        new(name, Shape.Integer(minimum, maximum), (target, value) => AssignValue(target, value.Integer(minimum, maximum), assign));

    public static Field<TTarget> Number(string name, double minimum, double maximum, Action<TTarget, double> assign) =>
        new(name, Shape.Number(minimum, maximum), (target, value) => AssignValue(target, value.Number(minimum, maximum), assign));

    public static Field<TTarget> Truth(string name, Action<TTarget, bool> assign) =>
        new(name, Shape.Truth, (target, value) => AssignValue(target, value.Truth(), assign));

    public static Field<TTarget> Word<T>(string name, IReadOnlyDictionary<string, T> words, Action<TTarget, T> assign)
        where T : struct =>
        new(name, Shape.OneOf(words.Keys), (target, value) => AssignValue(target, value.Word(words), assign));

    private static void Assign(TTarget target, string? text, Action<TTarget, string> assign)
    {
        if (text is not null)
        {
            assign(target, text);
        }
    }

    private static void AssignValue<T>(TTarget target, T? value, Action<TTarget, T> assign)
        where T : struct
    {
        if (value is { } given)
        {
            assign(target, given);
        }
    }
}
