using System.Buffers;
using Hangfire.Common;

namespace Hangfire.States;

/// <summary>
/// A state as its row stores it. The database refuses the character 0 and halves of surrogate pairs, which an exception's
/// message may hold: they are replaced, as a job whose end can't be stored would never end.
/// </summary>
internal static class StateRow
{
    private const char Replacement = '\uFFFD';

    private static readonly SearchValues<char> Suspects =
        SearchValues.Create([.. Enumerable.Range(0xD800, 0x800).Select(static code => (char)code), '\0']);

    public static string? Reason(IState state) => state.Reason is null ? null : Clean(state.Reason);

    public static string Data(IState state)
    {
        var data = state.SerializeData();
        foreach (var (name, value) in data)
            if (value is not null && value.AsSpan().ContainsAny(Suspects)) data[name] = Clean(value);
        return SerializationHelper.Serialize(data)!;
    }

    /// <summary>The text without what the database refuses.</summary>
    public static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAny(Suspects)) return text;
        return string.Create(text.Length, text, static (cleaned, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                if (i + 1 < from.Length && char.IsSurrogatePair(from[i], from[i + 1]))
                {
                    (cleaned[i], cleaned[i + 1]) = (from[i], from[i + 1]);
                    i++;
                }
                else
                {
                    cleaned[i] = from[i] == '\0' || char.IsSurrogate(from[i]) ? Replacement : from[i];
                }
            }
        });
    }
}
