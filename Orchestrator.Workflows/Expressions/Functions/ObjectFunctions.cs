namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary><c>Object</c> and <c>Array</c>.</summary>
internal static class ObjectFunctions
{
    public static IEnumerable<KeyValuePair<string, Function>> Table { get; } = new Dictionary<string, Function>
    {
        ["Array.isArray"] = call => Value.Of(call.Argument(0).Kind == ValueKind.Array),
        ["Array.of"] = call => Value.Array(call.Arguments),
        ["Array.from"] = ArrayFrom,
        ["Object.keys"] = call => Value.Array(Members(call).Select(member => Value.Of(member.Key))),
        ["Object.values"] = call => Value.Array(Members(call).Select(member => member.Value)),
        ["Object.entries"] = call => Value.Array(Members(call).Select(member => Value.Array(Value.Of(member.Key), member.Value))),
        ["Object.fromEntries"] = FromEntries,
        ["Object.assign"] = Assign,
        ["Object.hasOwn"] = call => Value.Of(Members(call).Any(member => member.Key == call.TextOf(1))),
        ["Object.groupBy"] = GroupBy,
    };

    /// <summary>The members of an object, or the elements of an array by their numbers.</summary>
    private static IEnumerable<KeyValuePair<string, Value>> Members(Call call)
    {
        switch (call.Argument(0))
        {
            case { Kind: ValueKind.Object } value:
                call.Evaluation.Spend(call.Offset, value.ObjectMembers.Count);
                return value.AsObject();
            case { Kind: ValueKind.Array } value:
                call.Evaluation.Spend(call.Offset, value.Elements.Length);
                return value.AsArray().Select((element, place) => KeyValuePair.Create(ValueText.Of(place), element));
            default:
                throw call.Fail($"`{call.Name}` needs an object, found {ValueText.Name(call.Argument(0).Kind)}");
        }
    }

    private static IReadOnlyList<Value> Elements(Call call, string what)
    {
        if (call.Argument(0) is not { Kind: ValueKind.Array } array)
        {
            throw call.Fail($"`{call.Name}` needs {what}");
        }

        call.Evaluation.Spend(call.Offset, array.Elements.Length);
        return array.AsArray();
    }

    private static Value FromEntries(Call call) => Value.Object(
        Elements(call, "an array of pairs").Select(entry => KeyValuePair.Create(ValueText.Of(entry[0]), entry[1])));

    private static Value Assign(Call call)
    {
        var builder = new ObjectBuilder();
        foreach (var part in call.Arguments.Where(part => !part.IsNullish))
        {
            if (part.Kind != ValueKind.Object)
            {
                throw call.Fail($"`Object.assign` needs objects, found {ValueText.Name(part.Kind)}");
            }

            call.Evaluation.Spend(call.Offset, part.ObjectMembers.Count);
            foreach (var (name, value) in part.AsObject())
            {
                builder.Set(name, value);
            }
        }

        return builder.Build();
    }

    private static Value GroupBy(Call call)
    {
        var groups = Elements(call, "an array")
            .Select((element, place) => (Name: ValueText.Of(call.Invoke(1, element, Value.Of(place))), Element: element))
            .GroupBy(pair => pair.Name, pair => pair.Element);
        return Value.Object(groups.Select(group => KeyValuePair.Create(group.Key, Value.Array(group))));
    }

    /// <summary>Of an array, a text, or <c>{length: n}</c>; each element through the function, where there is one.</summary>
    private static Value ArrayFrom(Call call)
    {
        var source = call.Argument(0);
        var elements = source.Kind switch
        {
            ValueKind.Array => source.AsArray(),
            ValueKind.String => TextMethods.Characters(source.AsString()),
            ValueKind.Object => Numbered(call, source),
            _ => throw call.Fail($"`Array.from` needs an array, a text or {{length: n}}, found {ValueText.Name(source.Kind)}"),
        };
        call.Pay(source.Size);
        return Value.Array(call.HasFunction(1)
            ? elements.Select((element, place) => call.Invoke(1, element, Value.Of(place)))
            : elements);
    }

    private static IEnumerable<Value> Numbered(Call call, Value source)
    {
        var length = Nodes.Operation.ToNumber(source["length"]);
        var count = double.IsNaN(length) ? 0 : (long)Math.Clamp(length, 0, Budget.MaxSize + 1);
        call.Evaluation.Spend(call.Offset, count);
        return Enumerable.Range(0, (int)count).Select(place => source[ValueText.Of(place)]);
    }
}
