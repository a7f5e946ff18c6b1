extern alias workflows;

using workflows::Orchestrator.Shared.Cron;

namespace Orchestrator.Tests.Shared.Cron;

/// <summary>Random expressions, zones and times against a walk over the clock; random text.</summary>
internal sealed class CronPropertyTests
{
    private static readonly string[] Zones =
    [
        "UTC", "America/New_York", "Europe/Berlin", "Europe/Dublin", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Tehran", "Asia/Beirut", "Africa/Cairo",
        "Africa/Casablanca", "Pacific/Apia", "America/Havana", "America/Santiago", "Asia/Gaza", "Antarctica/Troll", "Asia/Kathmandu", "America/St_Johns",
        "America/Caracas", "Asia/Pyongyang", "Pacific/Chatham",
    ];

    private static readonly string[] Pieces =
    [
        "*", "?", "/", "-", ",", "#", "L", "W", "0", "1", "5", "7", "12", "31", "59", "60", "99999999999", "MON", "FRI", "fri", "JAN", "dec", "@daily", "@",
        " ", " ", " ", " ", " ", "\t", "\n", "LW", "L-", "*/", "😀", "\0", "٣", "é", "H",
    ];

    [FsCheck.NUnit.Property(MaxTest = 400)]
    public void Minutes_near_a_change_of_the_clock(Guid seed)
    {
        var random = RandomOf(seed);
        var cron = RandomCron.Of(random, withSeconds: false, everyDay: random.Next(3) > 0);
        var zone = ZoneOf(random);
        var from = ClockWalk.NearChange(DayOf(random), zone).AddHours(-random.Next(12)).AddMinutes(random.Next(60));

        Compare(cron, from, from.AddHours(60), zone, TimeSpan.FromMinutes(1), seed);
    }

    [FsCheck.NUnit.Property(MaxTest = 60)]
    public void Seconds_near_a_change_of_the_clock(Guid seed)
    {
        var random = RandomOf(seed);
        var cron = RandomCron.Of(random, withSeconds: true, everyDay: true);
        var zone = ZoneOf(random);
        var from = ClockWalk.NearChange(DayOf(random), zone).AddHours(random.Next(24)).AddMinutes(random.Next(60));

        Compare(cron, from, from.AddHours(4), zone, TimeSpan.FromSeconds(1), seed);
    }

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public void Any_start_has_the_next_one_of_the_walk(Guid seed)
    {
        var random = RandomOf(seed);
        var cron = RandomCron.Of(random, withSeconds: false, everyDay: true);
        var zone = ZoneOf(random);
        var day = ClockWalk.NearChange(DayOf(random), zone);
        var walk = ClockWalk.Between(cron, day, day.AddHours(72), zone, TimeSpan.FromMinutes(1)).ToArray();
        var expression = CronExpression.Parse(cron.Text);

        // Clocks change at full half hours: those, and the second before them, are asked as well.
        var halfHours = Enumerable.Range(0, 48).Select(half => half * 1800);
        int[] seconds = [.. halfHours, .. halfHours.Select(second => second - 1), .. Enumerable.Range(0, 50).Select(_ => random.Next(24 * 3600))];
        foreach (var start in seconds.Select(second => new DateTimeOffset(day).AddSeconds(second)).Where(start => start >= day))
        {
            expression.Next(start, zone).Should().Be(walk.First(at => at > start), "{0} in {1} after {2:o} (seed {3})", cron.Text, zone.Id, start, seed);
            expression.Next(start, zone, true).Should().Be(walk.First(at => at >= start), "{0} in {1} from {2:o} (seed {3})", cron.Text, zone.Id, start, seed);
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 400)]
    public void Days_of_many_years(Guid seed)
    {
        var random = RandomOf(seed);
        var cron = RandomCron.Of(random, withSeconds: false, everyDay: false);
        var fields = cron.Text.Split(' ');
        var text = $"0 12 {fields[2]} {fields[3]} {fields[4]}";
        var from = DayOf(random);
        var days = Enumerable.Range(0, 4000).Select(day => from.AddDays(day)).Where(cron.IsDay).Select(day => new DateTimeOffset(day.AddHours(12)));

        CronExpression.Parse(text).Between(new DateTimeOffset(from), new DateTimeOffset(from.AddDays(4000)), TimeZoneInfo.Utc)
            .SequenceEqual(days).Should().BeTrue("{0} from {1:o} (seed {2})", text, from, seed);
    }

    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public void Random_text_is_an_expression_or_an_error_inside_it(string? text, Guid seed) => CheckText(text ?? "", RandomOf(seed).NextInt64());

    [FsCheck.NUnit.Property(MaxTest = 10000)]
    public void Soups_of_expressions(Guid seed)
    {
        var random = RandomOf(seed);
        var text = string.Concat(Enumerable.Range(0, random.Next(16)).Select(_ => Pieces[random.Next(Pieces.Length)]));
        CheckText(text, random.NextInt64());
    }

    private static void CheckText(string text, long ticks)
    {
        if (!CronExpression.TryParse(text, out var expression, out var error))
        {
            error!.Offset.Should().BeInRange(0, text.Length);
            (error.Offset + error.Length).Should().BeInRange(error.Offset, text.Length);
            error.ToString().Should().NotBeEmpty();
            return;
        }

        var after = new DateTimeOffset((ticks & long.MaxValue) % DateTime.MaxValue.Ticks, TimeSpan.Zero);
        var next = expression!.Next(after, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        (next is null || next > after).Should().BeTrue("{0} after {1:o}", text, after);
        CronExpression.Parse(expression.ToString()).ToString().Should().Be(expression.ToString());
    }

    private static void Compare(RandomCron cron, DateTime from, DateTime to, TimeZoneInfo zone, TimeSpan step, Guid seed)
    {
        var expected = ClockWalk.Between(cron, from, to, zone, step).Select(at => at.ToString("o")).ToList();
        var found = CronExpression.Parse(cron.Text).Between(new DateTimeOffset(from), new DateTimeOffset(to), zone).Select(at => at.ToString("o")).ToList();

        found.SequenceEqual(expected).Should().BeTrue(
            "{0} in {1} from {2:o} (seed {3}): missing {4}, too many {5}",
            cron.Text, zone.Id, from, seed, expected.Except(found).FirstOrDefault(), found.Except(expected).FirstOrDefault());
    }

    /// <summary>FsCheck's numbers begin small and repeat; its <see cref="Guid"/>s are spread.</summary>
    private static Random RandomOf(Guid seed) => new(BitConverter.ToInt32(seed.ToByteArray()));

    private static TimeZoneInfo ZoneOf(Random random) => TimeZoneInfo.FindSystemTimeZoneById(Zones[random.Next(Zones.Length)]);

    private static DateTime DayOf(Random random) => new DateTime(1971, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(random.Next(60 * 365));
}
