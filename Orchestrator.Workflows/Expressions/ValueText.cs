using System.Globalization;
using System.Text;
using Orchestrator.Workflows.Expressions.Functions;
using Orchestrator.Workflows.Expressions.Functions.Dates;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Values as text: JavaScript's rules for numbers, JSON for arrays and objects.</summary>
internal static class ValueText
{
    public const string InvalidDate = "Invalid Date";

    /// <summary>What <c>+</c> with a string appends.</summary>
    public static string Of(Value value) => value.Kind switch
    {
        ValueKind.Undefined => "undefined",
        ValueKind.String => value.AsString(),
        ValueKind.Number => Of(value.AsNumber()),
        ValueKind.Date => DateText.Iso(value.AsTime()) ?? InvalidDate,
        ValueKind.Array or ValueKind.Object => JsonText.Of(value),
        _ => value.ToJson(),
    };

    /// <summary>The kind as messages call it.</summary>
    public static string Name(ValueKind kind) => kind switch
    {
        ValueKind.Undefined => "undefined",
        ValueKind.Null => "null",
        ValueKind.Boolean => "a boolean",
        ValueKind.Number => "a number",
        ValueKind.String => "a string",
        ValueKind.Date => "a date",
        ValueKind.Array => "an array",
        _ => "an object",
    };

    /// <summary>The shortest digits that read back as the same number, placed as JavaScript places them.</summary>
    public static string Of(double number)
    {
        if (double.IsNaN(number))
        {
            return "NaN";
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? "Infinity" : "-Infinity";
        }

        if (Math.Abs(number) < 1e15 && number == Math.Truncate(number))
        {
            return ((long)number).ToString(CultureInfo.InvariantCulture);
        }

        var shortest = Math.Abs(number).ToString("R", CultureInfo.InvariantCulture);
        return (number < 0 ? "-" : "") + Place(Digits(shortest), Exponent(shortest));
    }

    private static string Digits(string shortest)
    {
        var mantissa = shortest.Split('E')[0].Replace(".", "", StringComparison.Ordinal);
        return mantissa.Trim('0');
    }

    /// <summary>The power of ten of the first digit that is not 0.</summary>
    private static int Exponent(string shortest)
    {
        var e = shortest.IndexOf('E');
        var mantissa = e < 0 ? shortest : shortest[..e];
        var point = mantissa.IndexOf('.') is >= 0 and var found ? found : mantissa.Length;
        var first = mantissa.AsSpan().IndexOfAnyInRange('1', '9');
        var scale = e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return scale + (first < point ? point - first - 1 : point - first);
    }

    /// <summary>Digits d.ddd × 10^exponent, plain from 1e-6 to 1e21, with an exponent outside.</summary>
    private static string Place(string digits, int exponent)
    {
        if (exponent is >= 0 and < 21)
        {
            return digits.Length <= exponent + 1
                ? digits.PadRight(exponent + 1, '0')
                : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
        }

        if (exponent is < 0 and >= -6)
        {
            return $"0.{new string('0', -exponent - 1)}{digits}";
        }

        var text = new StringBuilder().Append(digits[0]);
        if (digits.Length > 1)
        {
            text.Append('.').Append(digits, 1, digits.Length - 1);
        }

        return text.Append('e').Append(exponent < 0 ? '-' : '+').Append(Math.Abs(exponent)).ToString();
    }
}
