using System.Globalization;

namespace Orchestrator.Jobs.Watching;

/// <summary>
/// Which writes a look at a run had seen: all of those before <paramref name="Oldest"/>, and of the later ones
/// <paramref name="Seen"/>. It holds on every server of the database, and for as long as the run is there.
/// </summary>
/// <param name="Oldest">The oldest transaction that was under way.</param>
/// <param name="Seen">Later transactions whose rows of the run were there.</param>
internal sealed record WatchPosition(long Oldest, IReadOnlyList<long> Seen)
{
    /// <summary>
    /// Only that many are written down: there are more only while some other transaction has been writing for long.
    /// What is left out comes again after a break, never too little.
    /// </summary>
    public const int MaxSeen = 300;

    private const int MaxLength = 8000;

    /// <summary>As an event's id: <c>123</c>, or <c>123-125.130</c>.</summary>
    public override string ToString() => Seen.Count == 0
        ? Oldest.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Oldest}-{string.Join('.', Seen.OrderDescending().Take(MaxSeen))}");

    /// <summary>Null: it is none.</summary>
    public static WatchPosition? Parse(string text)
    {
        var parts = text.Split('-');
        if (text.Length > MaxLength || parts.Length > 2 || Number(parts[0]) is not { } oldest)
        {
            return null;
        }

        var seen = parts.Length == 1 ? [] : parts[1].Split('.').Select(Number).ToArray();
        return seen.Length > MaxSeen || seen.Contains(null) ? null : new WatchPosition(oldest, [.. seen.OfType<long>()]);
    }

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
