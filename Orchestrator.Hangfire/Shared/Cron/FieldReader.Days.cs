namespace Orchestrator.Shared.Cron;

/// <summary>The forms that days alone have. They stand for themselves: none is part of a list, range or step.</summary>
internal sealed partial class FieldReader
{
    /// <summary>All of the day of month's field.</summary>
    public DayRule? ReadDayOfMonth()
    {
        if (Accept('L'))
        {
            return ReadLastDay();
        }

        var start = _at;
        if (ReadValue() is { } day && Accept('W'))
        {
            return Alone(new NearestWeekday(day), "W");
        }

        return Back(start).ReadSet() is { } days ? new DaysOfMonth(days) : null;
    }

    /// <summary>All of the day of week's field.</summary>
    public DayRule? ReadDayOfWeek()
    {
        var start = _at;
        if (ReadValue() is { } value)
        {
            var day = value % field.Period;
            if (Accept('L'))
            {
                return Alone(new LastDayOfWeek(day), "L");
            }

            if (Accept('#'))
            {
                return ReadNumber(1, 5, "a week from 1 to 5") is { } week ? Alone(new NthDayOfWeek(day, week), "#") : null;
            }
        }

        return Back(start).ReadSet() is { } days ? new DaysOfWeek(days) : null;
    }

    private DayRule? ReadLastDay()
    {
        var before = Accept('-') ? ReadNumber(0, 30, "a number of days from 0 to 30") : 0;
        return before is null ? null : Alone(new LastDay(before.Value, Accept('W')), "L");
    }

    /// <summary>Back to the start: what stood there was none of the special forms.</summary>
    private FieldReader Back(int start)
    {
        _at = start;
        Error = null;
        return this;
    }

    private DayRule? Alone(DayRule rule, string form)
    {
        if (AtEnd)
        {
            return rule;
        }

        Refuse($"the end of the field after `{form}`");
        return null;
    }
}
