namespace Orchestrator.Shared.Cron;

/// <summary>
/// Reads one field: values, ranges and steps. Each method answers null, and leaves <see cref="Error"/>, where
/// something else stands.
/// </summary>
/// <param name="text">The whole expression, so that errors have their place in it.</param>
/// <param name="span">Where the field stands in it.</param>
/// <param name="field">What it is the field of.</param>
/// <param name="number">Which one of the expression it is, from 1.</param>
internal sealed partial class FieldReader(string text, Range span, CronField field, int number)
{
    private const int MaxShown = 20;

    private readonly int _end = span.End.Value;
    private int _at = span.Start.Value;

    /// <summary>What was wrong.</summary>
    public CronError? Error { get; private set; }

    private bool AtEnd => _at == _end;

    /// <summary>All of the field as a set of values.</summary>
    public ulong? ReadSet()
    {
        if (Accept('?'))
        {
            return Ended(field.Bits(field.First, field.Last), "the end of the field");
        }

        return Accept('*') ? ReadEvery() : ReadList();
    }

    private ulong? ReadEvery() => ReadStep() is { } step
        ? Ended(field.Bits(field.First, field.First + field.Period - 1, step), "`/` or the end of the field")
        : null;

    private ulong? ReadList()
    {
        var bits = 0UL;
        do
        {
            if (ReadRange() is not { } range)
            {
                return null;
            }

            bits |= range;
        }
        while (Accept(','));
        return Ended(bits, "`,`, `-`, `/` or the end of the field");
    }

    private ulong? ReadRange()
    {
        if (ReadValue() is not { } from)
        {
            return null;
        }

        int? to = from;
        if (Accept('-'))
        {
            to = ReadValue();
        }
        else if (!AtEnd && text[_at] == '/')
        {
            to = field.Last;
        }

        return to is not null && ReadStep() is { } step ? field.Bits(from, to.Value, step) : null;
    }

    /// <summary>What stands behind a <c>/</c>; 1 where there is none.</summary>
    private int? ReadStep() => Accept('/') ? ReadNumber(1, field.Last, $"a step from 1 to {field.Last}") : 1;

    private int? ReadValue()
    {
        var length = RunLength(char.IsAsciiLetter);
        if (length == 0 || field.Names.Count == 0)
        {
            return ReadNumber(field.First, field.Last, field.Allowed);
        }

        // The L of FRIL is the next one's to read.
        var word = text.AsSpan(_at, length);
        var name = length == 4 && field == CronField.DayOfWeek && word[3] is 'L' or 'l' ? word[..3] : word;
        for (var i = 0; i < field.Names.Count; i++)
        {
            if (name.Equals(field.Names[i], StringComparison.OrdinalIgnoreCase))
            {
                _at += name.Length;
                return field.First + i;
            }
        }

        Refuse(field.Allowed);
        return null;
    }

    private int? ReadNumber(int minimum, int maximum, string allowed)
    {
        var length = RunLength(char.IsAsciiDigit);
        var value = 0;
        foreach (var digit in text.AsSpan(_at, length))
        {
            value = Math.Min((value * 10) + (digit - '0'), 1_000_000);
        }

        if (length == 0 || value < minimum || value > maximum)
        {
            Refuse(allowed);
            return null;
        }

        _at += length;
        return value;
    }

    private bool Accept(char upper)
    {
        var accepted = !AtEnd && char.ToUpperInvariant(text[_at]) == upper;
        _at += accepted ? 1 : 0;
        return accepted;
    }

    /// <summary>The result, if the field ends here.</summary>
    private T? Ended<T>(T result, string allowed)
        where T : struct
    {
        if (AtEnd)
        {
            return result;
        }

        Refuse(allowed);
        return null;
    }

    private void Refuse(string allowed)
    {
        var length = Math.Max(RunLength(char.IsLetterOrDigit), AtEnd ? 0 : 1);
        length += length == 1 && length < _end - _at && char.IsSurrogatePair(text[_at], text[_at + 1]) ? 1 : 0;
        var found = length <= MaxShown ? text.Substring(_at, length) : text.Substring(_at, MaxShown) + "…";
        Error = new CronError(field.Name, number, _at, length, AtEnd ? "nothing" : $"`{found}`", allowed);
    }

    private int RunLength(Func<char, bool> belongs)
    {
        var length = 0;
        while (_at + length < _end && belongs(text[_at + length]))
        {
            length++;
        }

        return length;
    }
}
