namespace Orchestrator.Workflows.Text;

/// <summary>Finds the known name that a mistyped one most likely stands for.</summary>
public static class Nearest
{
    /// <summary>"Did you mean …?", or the known names where none is near and they are few; else empty.</summary>
    public static string Hint(string name, IReadOnlyCollection<string> known)
    {
        if (Find(name, known) is { } nearest)
        {
            return $"Did you mean `{nearest}`?";
        }

        return known.Count is > 0 and <= 12 ? $"Known are {string.Join(", ", known.Select(one => $"`{one}`"))}." : "";
    }

    /// <summary>The nearest of <paramref name="known"/>, the first of equals; null where none is near.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        string? nearest = null;
        var best = Math.Max(name.Length < 4 ? 1 : 2, name.Length / 3) + 1;
        foreach (var candidate in known)
        {
            if (Math.Abs(candidate.Length - name.Length) < best && Distance(name, candidate) is var distance && distance < best)
            {
                best = distance;
                nearest = candidate;
            }
        }

        return nearest is not null && best < Math.Max(name.Length, nearest.Length) ? nearest : null;
    }

    /// <summary>Edits between two names: a letter more, less, other, or two neighbours exchanged; case does not count.</summary>
    private static int Distance(string left, string right)
    {
        if (left.Length > 100 || right.Length > 100)
        {
            return int.MaxValue;
        }

        var table = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                table[i, j] = i == 0 || j == 0 ? i + j : Step(table, left, right, i, j);
            }
        }

        return table[left.Length, right.Length];
    }

    private static int Step(int[,] table, string left, string right, int i, int j)
    {
        var same = char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]);
        var edits = Math.Min(Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + (same ? 0 : 1));
        var exchanged = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
        return exchanged ? Math.Min(edits, table[i - 2, j - 2] + 1) : edits;
    }
}
