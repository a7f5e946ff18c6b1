namespace Orchestrator.Workflows.Text;

/// <summary>PostgreSQL's <c>text</c> and <c>jsonb</c> hold neither NUL nor a lone surrogate; an answer from outside may.</summary>
public static class StorableText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text itself in nearly every case; a copy with U+FFFD where something in it can't be stored.</summary>
    public static string Of(string text)
    {
        if (!text.Contains('\0') && text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
        {
            return text;
        }

        var clean = text.ToCharArray();
        for (var i = 0; i < clean.Length; i++)
        {
            if (i + 1 < clean.Length && char.IsSurrogatePair(clean[i], clean[i + 1]))
            {
                i++;
            }
            else if (clean[i] == '\0' || char.IsSurrogate(clean[i]))
            {
                clean[i] = Replacement;
            }
        }

        return new string(clean);
    }
}
