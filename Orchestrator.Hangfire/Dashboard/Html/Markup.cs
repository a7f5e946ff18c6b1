using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Hangfire.Dashboard;

/// <summary>
/// HTML from interpolated strings. Whatever is put into a hole is encoded, unless it is a <see cref="NonEscapedString"/>: a
/// page can't forget to.
/// </summary>
internal static class Markup
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    public static NonEscapedString Nothing { get; } = new("");

    public static NonEscapedString Html(HtmlText text) => new(text.ToString());

    /// <summary>A part that is there under a condition.</summary>
    public static NonEscapedString When(bool condition, Func<NonEscapedString> part) => condition ? part() : Nothing;

    public static NonEscapedString Each<T>(IEnumerable<T> items, Func<T, NonEscapedString> part)
    {
        var text = new StringBuilder();
        foreach (var item in items) text.Append(part(item).ToString());
        return new(text.ToString());
    }

    public static string Encode(string? text) => string.IsNullOrEmpty(text) ? "" : Encoder.Encode(text);
}

/// <summary>What an interpolated string becomes on its way to HTML.</summary>
[InterpolatedStringHandler]
internal readonly struct HtmlText(int literalLength, int formattedCount)
{
    private readonly StringBuilder text = new(literalLength + (16 * formattedCount));

    public void AppendLiteral(string value) => text.Append(value);

    public void AppendFormatted(NonEscapedString? value) => text.Append(value?.ToString());

    public void AppendFormatted(string? value) => text.Append(Markup.Encode(value));

    public void AppendFormatted<T>(T value) => AppendFormatted(value, null);

    public void AppendFormatted<T>(T value, string? format)
    {
        if (value is NonEscapedString html) text.Append(html);
        else if (value is IFormattable formattable) text.Append(Markup.Encode(formattable.ToString(format, CultureInfo.InvariantCulture)));
        else text.Append(Markup.Encode(value?.ToString()));
    }

    public override string ToString() => text.ToString();
}
