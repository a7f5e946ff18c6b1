using System.Text;

namespace Orchestrator.Workflows.Comparing;

/// <summary>
/// The lines that two texts don't share, in the unified format of <c>diff -u</c>, by Myers' algorithm (1986). Its work is
/// bounded: texts that differ in more than <see cref="MaxEdits"/> lines are shown as one replaced by the other.
/// </summary>
internal static class TextDiff
{
    private const int MaxEdits = 1000;
    private const int Context = 3;

    /// <summary>Empty: the lines are the same.</summary>
    public static string Unified(string before, string after, string nameBefore, string nameAfter)
    {
        var (a, b) = (Lines(before), Lines(after));
        var edits = Edits(a, b);
        if (edits.TrueForAll(edit => edit.Sign == ' '))
        {
            return "";
        }

        var text = new StringBuilder().Append("--- ").Append(nameBefore).Append("\n+++ ").Append(nameAfter).Append('\n');
        for (var start = edits.FindIndex(edit => edit.Sign != ' '); start >= 0;)
        {
            var end = start;
            for (var next = start; next >= 0 && next - end <= 2 * Context; next = edits.FindIndex(end + 1, edit => edit.Sign != ' '))
            {
                end = next;
            }

            Write(text, edits, Math.Max(0, start - Context), Math.Min(edits.Count - 1, end + Context));
            start = edits.FindIndex(end + 1, edit => edit.Sign != ' ');
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, List<Edit> edits, int first, int last)
    {
        var part = edits[first..(last + 1)];
        var (inBefore, inAfter) = (part.Count(edit => edit.Sign != '+'), part.Count(edit => edit.Sign != '-'));
        var (lineBefore, lineAfter) = (edits.Take(first).Count(edit => edit.Sign != '+'), edits.Take(first).Count(edit => edit.Sign != '-'));
        text.Append("@@ -").Append(inBefore == 0 ? lineBefore : lineBefore + 1).Append(',').Append(inBefore)
            .Append(" +").Append(inAfter == 0 ? lineAfter : lineAfter + 1).Append(',').Append(inAfter).Append(" @@\n");
        foreach (var edit in part)
        {
            text.Append(edit.Sign).Append(edit.Line).Append('\n');
        }
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');

    /// <summary>Every line of both, in order.</summary>
    private static List<Edit> Edits(string[] a, string[] b)
    {
        var head = a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();
        var most = Math.Min(a.Length, b.Length) - head;
        var tail = 0;
        while (tail < most && a[^(tail + 1)] == b[^(tail + 1)])
        {
            tail++;
        }

        return
        [
            .. a[..head].Select(line => new Edit(' ', line)),
            .. Middle(a[head..^tail], b[head..^tail]),
            .. a[^tail..].Select(line => new Edit(' ', line)),
        ];
    }

    private static IEnumerable<Edit> Middle(string[] a, string[] b) =>
        Trace(a, b) is { } trace
            ? Path(a, b, trace)
            : a.Select(line => new Edit('-', line)).Concat(b.Select(line => new Edit('+', line)));

    /// <summary>For each number of edits the furthest points reached on each diagonal; null: more edits than are looked for.</summary>
    private static List<int[]>? Trace(string[] a, string[] b)
    {
        var trace = new List<int[]>();
        var furthest = new int[2 * MaxEdits + 3];
        for (var edits = 0; edits <= MaxEdits; edits++)
        {
            trace.Add(furthest[(MaxEdits + 1 - edits - 1)..(MaxEdits + 1 + edits + 2)]);
            for (var diagonal = -edits; diagonal <= edits; diagonal += 2)
            {
                var place = MaxEdits + 1 + diagonal;
                var x = IsDown(diagonal, edits, furthest[place - 1], furthest[place + 1]) ? furthest[place + 1] : furthest[place - 1] + 1;
                while (x < a.Length && x - diagonal < b.Length && x - diagonal >= 0 && a[x] == b[x - diagonal])
                {
                    x++;
                }

                furthest[place] = x;
                if (x >= a.Length && x - diagonal >= b.Length)
                {
                    return trace;
                }
            }
        }

        return null;
    }

    private static bool IsDown(int diagonal, int edits, int left, int right) => diagonal == -edits || diagonal != edits && left < right;

    private static List<Edit> Path(string[] a, string[] b, List<int[]> trace)
    {
        var path = new List<Edit>();
        var (x, y) = (a.Length, b.Length);
        for (var edits = trace.Count - 1; edits >= 0; edits--)
        {
            var (furthest, middle, diagonal) = (trace[edits], edits + 1, x - y);
            var isDown = IsDown(diagonal, edits, furthest[middle + diagonal - 1], furthest[middle + diagonal + 1]);
            var before = isDown ? diagonal + 1 : diagonal - 1;
            var fromX = edits == 0 ? 0 : furthest[middle + before];
            var fromY = edits == 0 ? 0 : fromX - before;
            while (x > fromX && y > fromY)
            {
                (x, y) = (x - 1, y - 1);
                path.Add(new Edit(' ', a[x]));
            }

            if (edits > 0)
            {
                path.Add(isDown ? new Edit('+', b[fromY]) : new Edit('-', a[fromX]));
                (x, y) = (fromX, fromY);
            }
        }

        path.Reverse();
        return path;
    }

    private readonly record struct Edit(char Sign, string Line);
}
