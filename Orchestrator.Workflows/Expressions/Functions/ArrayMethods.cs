using System.Collections.Frozen;
using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>The methods of arrays. None changes its array: <c>sort</c> and <c>reverse</c> give a new one.</summary>
internal static class ArrayMethods
{
    public static FrozenDictionary<string, Function> Table { get; } = new Dictionary<string, Function>
    {
        ["map"] = call => Array(Each(call)),
        ["filter"] = call => Array(Each(call).Zip(call.Self.AsArray()).Where(pair => pair.First.IsTruthy).Select(pair => pair.Second)),
        ["find"] = call => FindPlace(call, fromEnd: false) is >= 0 and var place ? call.Self[place] : Value.Undefined,
        ["findIndex"] = call => Value.Of(FindPlace(call, fromEnd: false)),
        ["findLast"] = call => FindPlace(call, fromEnd: true) is >= 0 and var place ? call.Self[place] : Value.Undefined,
        ["findLastIndex"] = call => Value.Of(FindPlace(call, fromEnd: true)),
        ["some"] = call => Value.Of(Each(call).Any(result => result.IsTruthy)),
        ["every"] = call => Value.Of(Each(call).All(result => result.IsTruthy)),
        ["reduce"] = call => Reduce(call, [.. Paid(call)]),
        ["reduceRight"] = call => Reduce(call, [.. Paid(call).Reverse()]),
        ["flatMap"] = call => Array(Flatten(call, Each(call), 1)),
        ["flat"] = call => Array(Flatten(call, call.Self.AsArray(), Math.Clamp(call.Integer(0, 1), 0, Value.MaxDepth))),
        ["includes"] = call => Value.Of(PlaceOf(call, Equal) >= 0),
        ["indexOf"] = call => Value.Of(PlaceOf(call, Operation.Same)),
        ["lastIndexOf"] = call => Value.Of(LastPlaceOf(call)),
        ["join"] = Join,
        ["slice"] = Slice,
        ["concat"] = call => Array(call.Self.AsArray().Concat(Flatten(call, call.Arguments, 1))),
        ["at"] = call => call.Self[call.Integer(0) is < 0 and var back ? call.Elements.Length + back : call.Integer(0)],
        ["reverse"] = call => Array(Paid(call).Reverse()),
        ["toReversed"] = call => Array(Paid(call).Reverse()),
        ["sort"] = Sort,
        ["toSorted"] = Sort,
        ["with"] = With,
        ["fill"] = Fill,
        ["keys"] = call => Array(Paid(call).Select((_, place) => Value.Of(place))),
        ["values"] = call => call.Self,
        ["entries"] = call => Array(Paid(call).Select((element, place) => Value.Array(Value.Of(place), element))),
        ["toString"] = call => Value.Of(ValueText.Of(call.Self)),
    }.ToFrozenDictionary();

    private static Value Array(IEnumerable<Value> elements) => Value.Array(elements);

    private static Value Sort(Call call) => Value.FromOwned(MergeSort.Sort(call, [.. Paid(call)]));

    /// <summary>The array with one element replaced.</summary>
    private static Value With(Call call)
    {
        var elements = Paid(call).ToArray();
        var place = call.Integer(0) is < 0 and var back ? elements.Length + back : call.Integer(0);
        if ((uint)place >= (uint)elements.Length)
        {
            throw call.Fail($"there is no element {call.Integer(0)}");
        }

        elements[place] = call.Argument(1);
        return Value.FromOwned(elements);
    }

    private static Value Fill(Call call)
    {
        var elements = Paid(call).ToArray();
        var (start, end) = (call.Place(1, elements.Length, 0), call.Place(2, elements.Length, elements.Length));
        for (var i = start; i < end; i++)
        {
            elements[i] = call.Argument(0);
        }

        return Value.FromOwned(elements);
    }

    /// <summary>JavaScript's <c>includes</c> finds NaN, <c>===</c> does not.</summary>
    private static bool Equal(Value left, Value right) => left.Equals(right) || Operation.Same(left, right);

    private static IReadOnlyList<Value> Paid(Call call)
    {
        call.Evaluation.Spend(call.Offset, call.Elements.Length);
        return call.Self.AsArray();
    }

    /// <summary>What the function gives for each element, on demand.</summary>
    private static IEnumerable<Value> Each(Call call)
    {
        var count = call.Self.AsArray().Count;
        for (var i = 0; i < count; i++)
        {
            yield return call.Invoke(0, call.Self[i], Value.Of(i), call.Self);
        }
    }

    private static int FindPlace(Call call, bool fromEnd)
    {
        var count = call.Elements.Length;
        for (var i = 0; i < count; i++)
        {
            var place = fromEnd ? count - 1 - i : i;
            if (call.Invoke(0, call.Self[place], Value.Of(place), call.Self).IsTruthy)
            {
                return place;
            }
        }

        return -1;
    }

    private static int PlaceOf(Call call, Func<Value, Value, bool> equal)
    {
        var wanted = call.Argument(0);
        for (var i = call.Place(1, call.Elements.Length, 0); i < call.Elements.Length; i++)
        {
            call.Evaluation.Spend(call.Offset, 1 + (wanted.Size / Budget.ContentPerWork));
            if (equal(call.Self[i], wanted))
            {
                return i;
            }
        }

        return -1;
    }

    private static int LastPlaceOf(Call call)
    {
        for (var i = call.Elements.Length - 1; i >= 0; i--)
        {
            call.Evaluation.Spend(call.Offset, 1 + (call.Argument(0).Size / Budget.ContentPerWork));
            if (Operation.Same(call.Self[i], call.Argument(0)))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Over the elements in the order in which they are given; each is named by its place in the array.</summary>
    private static Value Reduce(Call call, Value[] elements)
    {
        var start = call.Arguments.Count > 1 ? 0 : 1;
        if (start > elements.Length)
        {
            throw call.Fail($"`{call.Name}` of an empty array needs a start value");
        }

        var result = start == 0 ? call.Argument(1) : elements[0];
        for (var i = start; i < elements.Length; i++)
        {
            var place = call.Name == "reduce" ? i : elements.Length - 1 - i;
            result = call.Evaluation.Made(call.Invoke(0, result, elements[i], Value.Of(place), call.Self), call.Offset);
        }

        return result;
    }

    /// <summary>Recursion is bounded by the depth that a value may have.</summary>
    private static IEnumerable<Value> Flatten(Call call, IEnumerable<Value> elements, int levels)
    {
        foreach (var element in elements)
        {
            call.Evaluation.Spend(call.Offset);
            if (levels > 0 && element.Kind == ValueKind.Array)
            {
                foreach (var inner in Flatten(call, element.AsArray(), levels - 1))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return element;
            }
        }
    }

    private static Value Join(Call call)
    {
        var separator = call.Argument(0).IsUndefined ? "," : call.TextOf(0);
        call.Pay(call.Self.Size + ((long)separator.Length * call.Elements.Length));
        return Value.Of(string.Join(separator, call.Self.AsArray().Select(element => element.IsNullish ? "" : ValueText.Of(element))));
    }

    private static Value Slice(Call call)
    {
        var length = call.Elements.Length;
        var start = call.Place(0, length, 0);
        var end = call.Place(1, length, length);
        call.Evaluation.Spend(call.Offset, Math.Max(0, end - start));
        return start < end ? Value.Array(call.Elements[start..end]) : Value.EmptyArray;
    }
}
