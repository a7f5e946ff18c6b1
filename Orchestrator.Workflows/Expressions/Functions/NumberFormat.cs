using System.Globalization;
using System.Numerics;
using System.Text;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>Numbers written with a count of decimals or digits, or to another base; whole numbers read from one.</summary>
internal static class NumberFormat
{
    private const string Symbols = "0123456789abcdefghijklmnopqrstuvwxyz";

    public static string Fixed(double number, int decimals)
    {
        if (!double.IsFinite(number) || Math.Abs(number) >= 1e21)
        {
            return ValueText.Of(number);
        }

        var digits = Scaled(Math.Abs(number), decimals).ToString(CultureInfo.InvariantCulture).PadLeft(decimals + 1, '0');
        return (number < 0 ? "-" : "") + (decimals == 0 ? digits : $"{digits[..^decimals]}.{digits[^decimals..]}");
    }

    /// <summary>JavaScript's <c>toPrecision</c>: plain from 1e-6 to 10^digits, with an exponent outside.</summary>
    public static string Precise(double number, int digits)
    {
        if (!double.IsFinite(number))
        {
            return ValueText.Of(number);
        }

        var shortest = Math.Abs(number).ToString("E16", CultureInfo.InvariantCulture);
        var exponent = int.Parse(shortest.AsSpan(shortest.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var figures = Scaled(Math.Abs(number), digits - 1 - exponent).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
        if (figures.Length > digits)
        {
            (figures, exponent) = (figures[..digits], exponent + 1);
        }

        var text = exponent < -6 || exponent >= digits
            ? $"{figures[0]}{(digits > 1 ? "." : "")}{figures[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent)}"
            : exponent < 0
                ? $"0.{new string('0', -exponent - 1)}{figures}"
                : figures.Length == exponent + 1 ? figures : $"{figures[..(exponent + 1)]}.{figures[(exponent + 1)..]}";
        return number < 0 ? "-" + text : text;
    }

    /// <summary>A whole number to a base from 2 to 36.</summary>
    public static string ToBase(double number, int radix)
    {
        var text = new StringBuilder();
        var rest = Math.Abs(number);
        do
        {
            text.Insert(0, Symbols[(int)(rest % radix)]);
            rest = Math.Floor(rest / radix);
        }
        while (rest > 0);
        return number < 0 ? text.Insert(0, '-').ToString() : text.ToString();
    }

    /// <summary>number × 10^power, rounded to a whole number; exactly, and a half goes up.</summary>
    private static BigInteger Scaled(double number, int power)
    {
        var bits = BitConverter.DoubleToUInt64Bits(number);
        var (fraction, exponent) = (bits & ((1UL << 52) - 1), (int)(bits >> 52));
        BigInteger top = exponent == 0 ? fraction : fraction | (1UL << 52);
        var bottom = BigInteger.One;
        var shift = Math.Max(exponent, 1) - 1075;
        (top, bottom) = shift >= 0 ? (top << shift, bottom) : (top, bottom << -shift);
        (top, bottom) = power >= 0 ? (top * BigInteger.Pow(10, power), bottom) : (top, bottom * BigInteger.Pow(10, -power));
        return ((2 * top) + bottom) / (2 * bottom);
    }

    /// <summary>All of the text as a whole number to a base; NaN where it is none.</summary>
    public static double Read(ReadOnlySpan<char> digits, int radix) =>
        digits.Length > 0 && Leading(digits, radix, out var number) == digits.Length ? number : double.NaN;

    /// <summary>How many characters at the beginning are digits to a base, and the number that they make.</summary>
    public static int Leading(ReadOnlySpan<char> text, int radix, out double number)
    {
        number = 0;
        var length = 0;
        for (; length < text.Length; length++)
        {
            var digit = Symbols.IndexOf(char.ToLowerInvariant(text[length]), StringComparison.Ordinal);
            if (!char.IsAscii(text[length]) || digit < 0 || digit >= radix)
            {
                break;
            }

            number = (number * radix) + digit;
        }

        return length;
    }
}
