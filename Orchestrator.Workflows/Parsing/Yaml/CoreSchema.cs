using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Parsing.Yaml;

/// <summary>The kinds of plain scalars by YAML 1.2's core schema, where <c>on</c> and <c>yes</c> are text.</summary>
internal static partial class CoreSchema
{
    public static Value Resolve(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => Value.Null,
        "true" or "True" or "TRUE" => Value.True,
        "false" or "False" or "FALSE" => Value.False,
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => Value.Of(double.PositiveInfinity),
        "-.inf" or "-.Inf" or "-.INF" => Value.Of(double.NegativeInfinity),
        ".nan" or ".NaN" or ".NAN" => Value.Of(double.NaN),
        ['0', 'x', _, ..] when Digits(plain, 16) is { } hexadecimal => Value.Of(hexadecimal),
        ['0', 'o', _, ..] when Digits(plain, 8) is { } octal => Value.Of(octal),
        _ when Number().IsMatch(plain) => Value.Of(double.Parse(plain, NumberStyles.Float, CultureInfo.InvariantCulture)),
        _ => Value.Of(plain),
    };

    [GeneratedRegex(@"\A[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Number();

    private static double? Digits(string prefixed, int radix)
    {
        double number = 0;
        foreach (var c in prefixed.AsSpan(2))
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return null;
            }

            number = (number * radix) + digit;
        }

        return number;
    }
}
