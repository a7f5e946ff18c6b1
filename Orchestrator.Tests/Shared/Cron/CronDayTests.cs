extern alias workflows;

using workflows::Orchestrator.Shared.Cron;

namespace Orchestrator.Tests.Shared.Cron;

/// <summary>The days that the special forms, both day fields together and leap years give.</summary>
internal sealed class CronDayTests
{
    [TestCase("0 0 L * *", "2023-02-01", "2023-02-28", "2023-03-31", "2023-04-30")]
    [TestCase("0 0 L 2 *", "2023-01-01", "2023-02-28", "2024-02-29", "2025-02-28")]
    [TestCase("0 0 L-0 * *", "2024-02-01", "2024-02-29")]
    [TestCase("0 0 L-3 * *", "2024-01-01", "2024-01-28", "2024-02-26", "2024-03-28")]
    [TestCase("0 0 l-30 * *", "2024-01-01", "2024-01-01", "2024-03-01", "2024-05-01")]
    [TestCase("0 0 LW * *", "2024-03-01", "2024-03-29", "2024-04-30", "2024-05-31", "2024-06-28")]
    [TestCase("0 0 L-2W * *", "2024-03-01", "2024-03-29", "2024-04-29", "2024-05-29", "2024-06-28")]
    [TestCase("0 0 L-30W * *", "2023-07-01", "2023-07-03", "2023-08-01", "2023-10-02")]
    public void The_end_of_the_month(string text, string from, params string[] days) => Check(text, from, days);

    [TestCase("0 0 15W * *", "2024-01-01", "2024-01-15", "2024-02-15", "2024-03-15", "2024-04-15", "2024-05-15", "2024-06-14")]
    [TestCase("0 0 15W 9 *", "2024-01-01", "2024-09-16")]
    [TestCase("0 0 1W 6 *", "2024-01-01", "2024-06-03", "2025-06-02")]
    [TestCase("0 0 1w 9 *", "2024-01-01", "2024-09-02")]
    [TestCase("0 0 31W * *", "2024-03-01", "2024-03-29", "2024-05-31", "2024-07-31", "2024-08-30")]
    [TestCase("0 0 29W 2 *", "2024-03-01", "2028-02-29")]
    public void The_nearest_weekday_inside_the_month(string text, string from, params string[] days) => Check(text, from, days);

    [TestCase("0 0 * * 5L", "2024-01-01", "2024-01-26", "2024-02-23", "2024-03-29")]
    [TestCase("0 0 * * FRIL", "2024-01-01", "2024-01-26", "2024-02-23", "2024-03-29")]
    [TestCase("0 0 * * 0L", "2024-03-01", "2024-03-31")]
    [TestCase("0 0 * * 7l", "2024-03-01", "2024-03-31")]
    [TestCase("0 0 * 2 4L", "2024-01-01", "2024-02-29", "2025-02-27")]
    public void The_last_of_its_kind(string text, string from, params string[] days) => Check(text, from, days);

    [TestCase("0 0 * * 2#1", "2024-01-01", "2024-01-02", "2024-02-06", "2024-03-05")]
    [TestCase("0 0 ? * MON#1", "2024-01-01", "2024-01-01", "2024-02-05")]
    [TestCase("0 0 * * sat#5", "2024-01-01", "2024-03-30", "2024-06-29", "2024-08-31")]
    [TestCase("0 0 * 2 THU#5", "2024-01-01", "2024-02-29", "2052-02-29")]
    [TestCase("0 0 * * 7#2", "2024-01-01", "2024-01-14", "2024-02-11")]
    public void The_first_or_fifth_of_its_kind(string text, string from, params string[] days) => Check(text, from, days);

    [TestCase("0 0 13 * FRI", "2024-01-01", "2024-09-13", "2024-12-13", "2025-06-13")]
    [TestCase("0 0 1-7 * MON", "2024-01-01", "2024-01-01", "2024-02-05", "2024-03-04")]
    [TestCase("0 0 L * MON-FRI", "2024-02-01", "2024-02-29", "2024-04-30", "2024-05-31")]
    [TestCase("0 0 LW * FRIL", "2024-02-01", "2024-03-29", "2024-05-31", "2024-06-28")]
    public void Both_day_fields_must_match(string text, string from, params string[] days) => Check(text, from, days);

    [TestCase("0 0 29 2 *", "2023-01-01", "2024-02-29", "2028-02-29")]
    [TestCase("0 0 29 2 *", "2096-03-01", "2104-02-29")]
    [TestCase("0 0 29 2 *", "1996-03-01", "2000-02-29")]
    [TestCase("0 0 29 2 MON", "2024-01-01", "2044-02-29", "2072-02-29")]
    [TestCase("0 0 29 2 MON", "2073-01-01", "2112-02-29")]
    [TestCase("0 0 31 * *", "2023-01-15", "2023-01-31", "2023-03-31", "2023-05-31", "2023-07-31", "2023-08-31")]
    [TestCase("0 0 31 12 *", "2023-12-31", "2023-12-31", "2024-12-31")]
    public void Leap_years_and_long_months(string text, string from, params string[] days) => Check(text, from, days);

    [TestCase("@never")]
    [TestCase("0 0 31 2 *")]
    [TestCase("0 0 30 2 *")]
    [TestCase("* * * 31 4,6,9,11 *")]
    [TestCase("0 0 L-30 2 *")]
    [TestCase("0 0 30W FEB *")]
    [TestCase("0 0 29 2 MON#1")]
    [TestCase("0 0 1 * 1#5")]
    [TestCase("0 0 1W * SUN")]
    [TestCase("0 0 1-21 * 3L")]
    public void What_never_comes_is_none(string text)
    {
        var expression = CronExpression.Parse(text);

        expression.Next(At("2024-01-01"), TimeZoneInfo.Utc).Should().BeNull();
        expression.Between(At("2024-01-01"), DateTimeOffset.MaxValue, TimeZoneInfo.Utc).Should().BeEmpty();
    }

    [Test]
    public void The_moment_itself_counts_only_where_asked()
    {
        var noon = CronExpression.Parse("0 12 * * *");
        var at = At("2024-05-05").AddHours(12);

        noon.Next(at, TimeZoneInfo.Utc).Should().Be(at.AddDays(1));
        noon.Next(at, TimeZoneInfo.Utc, inclusive: true).Should().Be(at);
        noon.Next(at.AddTicks(-1), TimeZoneInfo.Utc).Should().Be(at);
        noon.Next(at.AddTicks(1), TimeZoneInfo.Utc, inclusive: true).Should().Be(at.AddDays(1));
        noon.Between(at, at.AddDays(2), TimeZoneInfo.Utc).Should().Equal(at, at.AddDays(1));
        noon.Between(at.AddTicks(1), at.AddDays(2).AddTicks(1), TimeZoneInfo.Utc).Should().Equal(at.AddDays(1), at.AddDays(2));
        noon.Between(at, at, TimeZoneInfo.Utc).Should().BeEmpty();
    }

    [Test]
    public void Between_is_found_as_it_is_asked_for()
    {
        var all = CronExpression.Parse("@every_second").Between(DateTimeOffset.MinValue, DateTimeOffset.MaxValue, TimeZoneInfo.Utc);
        all.Take(3).Should().HaveCount(3);
    }

    [Test]
    public void The_ends_of_time_are_no_error([Values("UTC", "Pacific/Kiritimati", "Pacific/Niue")] string zone)
    {
        var every = CronExpression.Parse("@every_second");
        var place = TimeZoneInfo.FindSystemTimeZoneById(zone);

        every.Next(DateTimeOffset.MinValue, place).Should().NotBeNull();
        every.Next(DateTimeOffset.MaxValue, place).Should().BeNull();
        every.Next(DateTimeOffset.MaxValue, place, inclusive: true).Should().BeNull();
        CronExpression.Parse("0 0 1 1 *").Next(new DateTimeOffset(9999, 6, 1, 0, 0, 0, TimeSpan.Zero), place).Should().BeNull();
    }

    private static void Check(string text, string from, string[] days) =>
        CronExpression.Parse(text).Between(At(from), DateTimeOffset.MaxValue, TimeZoneInfo.Utc).Take(days.Length)
            .Should().Equal(days.Select(At));

    private static DateTimeOffset At(string day) => new(DateOnly.Parse(day), TimeOnly.MinValue, TimeSpan.Zero);
}
