using System.Globalization;
using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary><c>Math</c> without <c>random</c>, <c>Number</c>, and reading numbers from text.</summary>
internal static class NumberFunctions
{
    public static IEnumerable<KeyValuePair<string, Function>> Table { get; } = new Dictionary<string, Function>
    {
        ["Number"] = call => Value.Of(call.Arguments.Count == 0 ? 0 : Operation.ToNumber(call.Argument(0))),
        ["parseInt"] = ParseInt,
        ["parseFloat"] = ParseFloat,
        ["isNaN"] = call => Value.Of(double.IsNaN(Operation.ToNumber(call.Argument(0)))),
        ["isFinite"] = call => Value.Of(double.IsFinite(Operation.ToNumber(call.Argument(0)))),
        ["Number.parseInt"] = ParseInt,
        ["Number.parseFloat"] = ParseFloat,
        ["Number.isNaN"] = Test(double.IsNaN),
        ["Number.isInteger"] = Test(double.IsInteger),
        ["Number.isFinite"] = Test(double.IsFinite),
        ["Number.isSafeInteger"] = Test(number => double.IsInteger(number) && Math.Abs(number) <= MaxSafe),
        ["Math.abs"] = Numeric(Math.Abs),
        ["Math.ceil"] = Numeric(Math.Ceiling),
        ["Math.floor"] = Numeric(Math.Floor),
        ["Math.round"] = Numeric(Round),
        ["Math.trunc"] = Numeric(Math.Truncate),
        ["Math.sign"] = Numeric(number => double.IsNaN(number) || number == 0 ? number : Math.Sign(number)),
        ["Math.sqrt"] = Numeric(Math.Sqrt),
        ["Math.cbrt"] = Numeric(CubeRoot),
        ["Math.exp"] = Numeric(Math.Exp),
        ["Math.log"] = Numeric(Math.Log),
        ["Math.log2"] = Numeric(Math.Log2),
        ["Math.log10"] = Numeric(Math.Log10),
        ["Math.sin"] = Numeric(Math.Sin),
        ["Math.cos"] = Numeric(Math.Cos),
        ["Math.tan"] = Numeric(Math.Tan),
        ["Math.asin"] = Numeric(Math.Asin),
        ["Math.acos"] = Numeric(Math.Acos),
        ["Math.atan"] = Numeric(Math.Atan),
        ["Math.atan2"] = call => Value.Of(Math.Atan2(Operation.ToNumber(call.Argument(0)), Operation.ToNumber(call.Argument(1)))),
        ["Math.hypot"] = call => Value.Of(Numbers(call).Aggregate(0.0, double.Hypot)),
        ["Math.pow"] = call => Value.Of(Operation.Arithmetic(call.Evaluation, "**", call.Argument(0), call.Argument(1), call.Offset)),
        ["Math.min"] = call => Value.Of(Numbers(call).Aggregate(double.PositiveInfinity, Math.Min)),
        ["Math.max"] = call => Value.Of(Numbers(call).Aggregate(double.NegativeInfinity, Math.Max)),
    };

    public static IEnumerable<KeyValuePair<string, Value>> Constants { get; } = new Dictionary<string, Value>
    {
        ["Math.PI"] = Value.Of(Math.PI),
        ["Math.E"] = Value.Of(Math.E),
        ["Math.LN2"] = Value.Of(0.6931471805599453),
        ["Math.LN10"] = Value.Of(2.302585092994046),
        ["Math.LOG2E"] = Value.Of(1.4426950408889634),
        ["Math.LOG10E"] = Value.Of(0.4342944819032518),
        ["Math.SQRT2"] = Value.Of(1.4142135623730951),
        ["Math.SQRT1_2"] = Value.Of(0.7071067811865476),
        ["Number.MAX_SAFE_INTEGER"] = Value.Of(MaxSafe),
        ["Number.MIN_SAFE_INTEGER"] = Value.Of(-MaxSafe),
        ["Number.MAX_VALUE"] = Value.Of(double.MaxValue),
        ["Number.MIN_VALUE"] = Value.Of(double.Epsilon),
        ["Number.EPSILON"] = Value.Of(double.BitIncrement(1) - 1),
        ["Number.POSITIVE_INFINITY"] = Value.Of(double.PositiveInfinity),
        ["Number.NEGATIVE_INFINITY"] = Value.Of(double.NegativeInfinity),
        ["Number.NaN"] = Value.Of(double.NaN),
    };

    private const double MaxSafe = 9_007_199_254_740_991;

    private static Function Numeric(Func<double, double> compute) => call => Value.Of(compute(Operation.ToNumber(call.Argument(0))));

    private static Function Test(Predicate<double> test) => call =>
        Value.Of(call.Argument(0) is { Kind: ValueKind.Number } value && test(value.AsNumber()));

    private static IEnumerable<double> Numbers(Call call)
    {
        call.Evaluation.Spend(call.Offset, call.Arguments.Count);
        return call.Arguments.Select(Operation.ToNumber);
    }

    /// <summary>Halves go up; what rounds to 0 from below is -0.</summary>
    private static double Round(double number)
    {
        var floor = Math.Floor(number);
        return Math.CopySign(number - floor >= 0.5 ? floor + 1 : floor, number);
    }

    private static double CubeRoot(double number)
    {
        var whole = Math.Round(Math.Cbrt(number));
        return whole * whole * whole == number ? whole : Math.Cbrt(number);
    }

    private static Value ParseInt(Call call)
    {
        call.Pay(call.Argument(0).Size);
        var text = TextMethods.Trim(call.TextOf(0)).AsSpan();
        var isNegative = text.StartsWith("-");
        text = text.Length > 0 && text[0] is '+' or '-' ? text[1..] : text;
        var radix = call.Integer(1);
        if (radix is 0 or 16 && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            text = text[2..];
            radix = 16;
        }

        radix = radix == 0 ? 10 : radix;
        if (radix is < 2 or > 36 || NumberFormat.Leading(text, radix, out var number) == 0)
        {
            return Value.Of(double.NaN);
        }

        return Value.Of(isNegative ? -number : number);
    }

    private static Value ParseFloat(Call call)
    {
        call.Pay(call.Argument(0).Size);
        var text = TextMethods.Trim(call.TextOf(0));
        var start = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        if (text.AsSpan(start).StartsWith("Infinity", StringComparison.Ordinal))
        {
            return Value.Of(text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity);
        }

        var end = Digits(text, start);
        end = end < text.Length && text[end] == '.' ? Digits(text, end + 1) : end;
        if (end < text.Length && text[end] is 'e' or 'E')
        {
            var digits = end + 1 < text.Length && text[end + 1] is '+' or '-' ? end + 2 : end + 1;
            end = Digits(text, digits) is var exponent && exponent > digits ? exponent : end;
        }

        return Value.Of(double.TryParse(text.AsSpan(0, end), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : double.NaN);
    }

    private static int Digits(string text, int place)
    {
        while (place < text.Length && char.IsAsciiDigit(text[place]))
        {
            place++;
        }

        return place;
    }
}
