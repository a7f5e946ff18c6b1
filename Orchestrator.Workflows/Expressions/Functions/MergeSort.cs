using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>A stable sort that any comparison ends, also one that contradicts itself.</summary>
internal static class MergeSort
{
    /// <summary>Sorts by the call's function, or as text where there is none; undefined comes last.</summary>
    public static Value[] Sort(Call call, Value[] elements)
    {
        var source = elements;
        var target = new Value[elements.Length];
        for (var width = 1; width < elements.Length; width *= 2)
        {
            for (var start = 0; start < elements.Length; start += 2 * width)
            {
                Merge(call, source, target, start, width);
            }

            (source, target) = (target, source);
        }

        return source;
    }

    private static void Merge(Call call, Value[] source, Value[] target, int start, int width)
    {
        var middle = Math.Min(start + width, source.Length);
        var end = Math.Min(middle + width, source.Length);
        var (left, right) = (start, middle);
        for (var place = start; place < end; place++)
        {
            var takeLeft = left < middle && (right >= end || Compare(call, source[left], source[right]) <= 0);
            target[place] = takeLeft ? source[left++] : source[right++];
        }
    }

    private static double Compare(Call call, Value left, Value right)
    {
        if (left.IsUndefined || right.IsUndefined)
        {
            return left.IsUndefined.CompareTo(right.IsUndefined);
        }

        if (call.HasFunction(0))
        {
            var order = Operation.ToNumber(call.Invoke(0, left, right));
            return double.IsNaN(order) ? 0 : order;
        }

        call.Evaluation.Spend(call.Offset);
        call.Pay(left.Size + right.Size);
        return string.CompareOrdinal(ValueText.Of(left), ValueText.Of(right));
    }
}
