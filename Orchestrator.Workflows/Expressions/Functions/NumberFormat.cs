using System.Globalization;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>Numbers with a fixed count of decimals.</summary>
internal static class NumberFormat
{
    public static string Fixed(double number, int decimals)
    {
        if (!double.IsFinite(number) || Math.Abs(number) >= 1e21)
        {
            return ValueText.Of(number);
        }

        var text = number.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return number == 0 ? text.TrimStart('-') : text;
    }
}
