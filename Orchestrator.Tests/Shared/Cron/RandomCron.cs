namespace Orchestrator.Tests.Shared.Cron;

/// <summary>A random expression with its meaning, made side by side: sets that are counted out, days that are asked one by one.</summary>
internal sealed record RandomCron(string Text, bool IsInterval, Func<DateTime, bool> IsDay, Func<DateTime, bool> IsTime)
{
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private static readonly string[] MonthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

    public bool Matches(DateTime local) => IsDay(local) && IsTime(local);

    /// <summary>Any kind of expression.</summary>
    /// <param name="random">Where it comes from.</param>
    /// <param name="withSeconds">Whether it has six fields.</param>
    /// <param name="everyDay">Whether it leaves the days alone, so that it has something near any moment.</param>
    public static RandomCron Of(Random random, bool withSeconds, bool everyDay)
    {
        var second = withSeconds ? Set(random, 0, 59) : ("0", [0]);
        var minute = Set(random, 0, 59);
        var hour = Set(random, 0, 23);
        var (dayText, isDayOfMonth) = everyDay ? ("*", _ => true) : DayOfMonth(random);
        var month = everyDay ? ("*", [.. Enumerable.Range(1, 12)]) : Set(random, 1, 12, MonthNames);
        var (weekText, isDayOfWeek) = everyDay ? ("?", _ => true) : DayOfWeek(random);
        string[] fields = [second.Text, minute.Text, hour.Text, dayText, month.Item1, weekText];
        return new RandomCron(
            string.Join(' ', fields.Skip(withSeconds ? 0 : 1)),
            fields.Take(3).Any(field => field.Any(c => c is '*' or '?' or '-' or '/')),
            date => month.Item2.Contains(date.Month) && isDayOfMonth(date) && isDayOfWeek(date),
            time => second.Values.Contains(time.Second) && minute.Values.Contains(time.Minute) && hour.Values.Contains(time.Hour));
    }

    private static (string Text, HashSet<int> Values) Set(Random random, int first, int last, string[]? names = null)
    {
        if (random.Next(4) == 0)
        {
            var step = random.Next(3) == 0 ? 1 : random.Next(1, last + 1);
            return (step == 1 ? "*" : $"*/{step}", [.. Enumerable.Range(first, last - first + 1).Where(value => (value - first) % step == 0)]);
        }

        var texts = new List<string>();
        var values = new HashSet<int>();
        for (var parts = random.Next(1, 4); parts > 0; parts--)
        {
            var (text, some) = Part(random, first, last, names);
            texts.Add(text);
            values.UnionWith(some);
        }

        return (string.Join(',', texts), values);
    }

    private static (string Text, IEnumerable<int> Values) Part(Random random, int first, int last, string[]? names)
    {
        var from = random.Next(first, last + 1);
        var to = random.Next(first, last + 1);
        var step = random.Next(1, last + 1);
        return random.Next(5) switch
        {
            0 => ($"{Name(from)}-{Name(to)}", Around(from, to)),
            1 => ($"{Name(from)}-{Name(to)}/{step}", Around(from, to).Where((_, index) => index % step == 0)),
            2 => ($"{Name(from)}/{step}", Around(from, last).Where((_, index) => index % step == 0)),
            _ => (Name(from), [from]),
        };

        string Name(int value) => names is not null && random.Next(2) == 0 ? names[value - first] : $"{value}";

        IEnumerable<int> Around(int start, int end)
        {
            for (var value = start; ; value = value == last ? first : value + 1)
            {
                yield return value;
                if (value == end)
                {
                    yield break;
                }
            }
        }
    }

    private static (string Text, Func<DateTime, bool> Holds) DayOfMonth(Random random)
    {
        var day = random.Next(1, 32);
        var before = random.Next(0, 31);
        switch (random.Next(8))
        {
            case 0: return ("L", date => date.AddDays(1).Day == 1);
            case 1: return ($"L-{before}", date => date.AddDays(before).Month == date.Month && date.AddDays(before + 1).Day == 1);
            case 2: return ("LW", date => date.Day == Nearest(date, LengthOf(date)));
            case 3: return ($"L-{before}W", date => date.Day == Nearest(date, LengthOf(date) - before));
            case 4: return ($"{day}W", date => date.Day == Nearest(date, day));
            case 5: return ("?", _ => true);
            default:
                var (text, values) = Set(random, 1, 31);
                return (text, date => values.Contains(date.Day));
        }
    }

    private static (string Text, Func<DateTime, bool> Holds) DayOfWeek(Random random)
    {
        var day = random.Next(0, 8);
        var name = random.Next(2) == 0 ? Days[day % 7] : $"{day}";
        var week = random.Next(1, 6);
        switch (random.Next(6))
        {
            case 0: return (name + "L", date => (int)date.DayOfWeek == day % 7 && date.AddDays(7).Month != date.Month);
            case 1: return ($"{name}#{week}", date => (int)date.DayOfWeek == day % 7 && (date.Day + 6) / 7 == week);
            case 2: return (random.Next(2) == 0 ? "*" : "?", _ => true);
            case 3: return (name, date => (int)date.DayOfWeek == day % 7);
            default:
                // 7 has tables of its own; here the week ends on Saturday, so a bare start with a step is left out.
                var (text, values) = Set(random, 0, 6, Days);
                var plain = text.Split(',').All(part => part[0] == '*' || part.Contains('-') || !part.Contains('/'));
                return plain && !text.Contains("/7") ? (text, date => values.Contains((int)date.DayOfWeek)) : ("*", _ => true);
        }
    }

    private static int LengthOf(DateTime date) => DateTime.DaysInMonth(date.Year, date.Month);

    private static int Nearest(DateTime date, int day) => day < 1 || day > LengthOf(date)
        ? 0
        : Enumerable.Range(1, LengthOf(date))
            .Where(one => new DateTime(date.Year, date.Month, one).DayOfWeek is not (System.DayOfWeek.Saturday or System.DayOfWeek.Sunday))
            .MinBy(one => Math.Abs(one - day));
}
