extern alias workflows;

using workflows::Orchestrator.Shared.Cron;

namespace Orchestrator.Tests.Shared.Cron;

/// <summary>Clocks that jump forward and back, with the occurrences around the jump in local time.</summary>
internal sealed class CronZoneTests
{
    private const string NewYork = "America/New_York", Berlin = "Europe/Berlin", LordHowe = "Australia/Lord_Howe",
        SaoPaulo = "America/Sao_Paulo", Tehran = "Asia/Tehran", Beirut = "Asia/Beirut", Apia = "Pacific/Apia", Casablanca = "Africa/Casablanca";

    // 02:00 to 03:00 is missing.
    [TestCase("30 2 * * *", NewYork, "2016-03-12T02:30-05:00", "2016-03-13T03:00-04:00", "2016-03-14T02:30-04:00")]
    [TestCase("0 3 * * *", NewYork, "2016-03-12T03:00-05:00", "2016-03-13T03:00-04:00", "2016-03-14T03:00-04:00")]
    [TestCase("0,30 2,3 * * *", NewYork, "2016-03-13T03:00-04:00", "2016-03-13T03:30-04:00", "2016-03-14T02:00-04:00")]
    [TestCase("30 * * * *", NewYork, "2016-03-13T01:30-05:00", "2016-03-13T03:00-04:00", "2016-03-13T03:30-04:00", "2016-03-13T04:30-04:00")]
    [TestCase("*/20 * * * *", NewYork, "2016-03-13T01:40-05:00", "2016-03-13T03:00-04:00", "2016-03-13T03:20-04:00")]
    [TestCase("15/20 2 * * *", NewYork, "2016-03-13T03:00-04:00", "2016-03-14T02:15-04:00", "2016-03-14T02:35-04:00")]
    [TestCase("59 59 1 * * *", NewYork, "2016-03-13T01:59:59-05:00", "2016-03-14T01:59:59-04:00")]
    [TestCase("30 2 31 3 *", Berlin, "2024-03-31T03:00+02:00", "2025-03-31T02:30+02:00")]
    [TestCase("0 2 * * SUNL", Berlin, "2024-03-31T03:00+02:00", "2024-04-28T02:00+02:00")]
    [TestCase("15 2 * * *", LordHowe, "2024-10-05T02:15+10:30", "2024-10-06T02:30+11:00", "2024-10-07T02:15+11:00")]
    [TestCase("*/15 2 * * *", LordHowe, "2024-10-05T02:45+10:30", "2024-10-06T02:30+11:00", "2024-10-06T02:45+11:00", "2024-10-07T02:00+11:00")]
    [TestCase("0 2 * * *", LordHowe, "2024-10-06T02:30+11:00", "2024-10-07T02:00+11:00")]
    public void What_is_jumped_over_happens_at_the_jump(string text, string zone, params string[] expected) => Check(text, zone, expected);

    [TestCase("0 0 * * *", SaoPaulo, "2018-11-03T00:00-03:00", "2018-11-04T01:00-02:00", "2018-11-05T00:00-02:00")]
    [TestCase("0 0 4 11 *", SaoPaulo, "2018-11-04T01:00-02:00", "2019-11-04T00:00-03:00")]
    [TestCase("@daily", Tehran, "2021-03-21T00:00+03:30", "2021-03-22T01:00+04:30", "2021-03-23T00:00+04:30")]
    [TestCase("0 * * * *", Tehran, "2021-03-21T23:00+03:30", "2021-03-22T01:00+04:30", "2021-03-22T02:00+04:30")]
    [TestCase("30 0 * * SUN", Beirut, "2021-03-28T01:00+03:00", "2021-04-04T00:30+03:00")]
    [TestCase("0 0 1 4 *", Tehran, "2022-04-01T00:00+04:30", "2023-04-01T00:00+03:30")]
    public void A_midnight_may_be_missing(string text, string zone, params string[] expected) => Check(text, zone, expected);

    // 01:00 to 02:00 comes twice.
    [TestCase("30 1 * * *", NewYork, "2016-11-05T01:30-04:00", "2016-11-06T01:30-04:00", "2016-11-07T01:30-05:00")]
    [TestCase("0,45 1,2 * * *", NewYork, "2016-11-06T01:00-04:00", "2016-11-06T01:45-04:00", "2016-11-06T02:00-05:00", "2016-11-06T02:45-05:00")]
    [TestCase("0 2 * * *", NewYork, "2016-11-06T02:00-05:00", "2016-11-07T02:00-05:00")]
    [TestCase("0 30 2 * * *", Berlin, "2024-10-27T02:30+02:00", "2024-10-28T02:30+01:00")]
    [TestCase("45 1 * * *", LordHowe, "2024-04-06T01:45+11:00", "2024-04-07T01:45+11:00", "2024-04-08T01:45+10:30")]
    [TestCase("30 23 * * *", SaoPaulo, "2018-02-17T23:30-02:00", "2018-02-18T23:30-03:00")]
    [TestCase("@daily", SaoPaulo, "2018-02-17T00:00-02:00", "2018-02-18T00:00-03:00")]
    [TestCase("30 23 * * *", Tehran, "2021-09-21T23:30+04:30", "2021-09-22T23:30+03:30")]
    public void What_comes_twice_happens_the_first_time(string text, string zone, params string[] expected) => Check(text, zone, expected);

    [TestCase("30 * * * *", NewYork, "2016-11-06T00:30-04:00", "2016-11-06T01:30-04:00", "2016-11-06T01:30-05:00", "2016-11-06T02:30-05:00")]
    [TestCase("*/30 1 * * *", NewYork, "2016-11-06T01:00-04:00", "2016-11-06T01:30-04:00", "2016-11-06T01:00-05:00", "2016-11-06T01:30-05:00", "2016-11-07T01:00-05:00")]
    [TestCase("30 1-2 * * *", NewYork, "2016-11-06T01:30-04:00", "2016-11-06T01:30-05:00", "2016-11-06T02:30-05:00")]
    [TestCase("0/59 30 1 * * *", NewYork, "2016-11-06T01:30-04:00", "2016-11-06T01:30:59-04:00", "2016-11-06T01:30-05:00", "2016-11-06T01:30:59-05:00")]
    [TestCase("? 30 1 * * *", NewYork, "2016-11-06T01:30:58-04:00", "2016-11-06T01:30:59-04:00", "2016-11-06T01:30-05:00", "2016-11-06T01:30:01-05:00")]
    [TestCase("0 */2 * * *", Berlin, "2024-10-27T00:00+02:00", "2024-10-27T02:00+02:00", "2024-10-27T02:00+01:00", "2024-10-27T04:00+01:00")]
    [TestCase("*/20 * * * *", LordHowe, "2024-04-07T01:20+11:00", "2024-04-07T01:40+11:00", "2024-04-07T01:40+10:30", "2024-04-07T02:00+10:30")]
    [TestCase("0 * * * *", SaoPaulo, "2018-02-17T22:00-02:00", "2018-02-17T23:00-02:00", "2018-02-17T23:00-03:00", "2018-02-18T00:00-03:00")]
    public void An_interval_goes_on_in_both(string text, string zone, params string[] expected) => Check(text, zone, expected);

    [TestCase("0 12 * * *", Apia, "2011-12-29T12:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00")]
    [TestCase("0 12 30 12 *", Apia, "2011-12-31T00:00+14:00", "2012-12-30T12:00+14:00")]
    [TestCase("0 */12 * * *", Apia, "2011-12-29T12:00-10:00", "2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00")]
    public void A_whole_day_may_be_missing(string text, string zone, params string[] expected) => Check(text, zone, expected);

    [TestCase("30 2 * * *", Casablanca, "2023-03-18T02:30+01:00", "2023-03-19T02:30+01:00", "2023-03-20T02:30+00:00")]
    [TestCase("30 2 * * *", Casablanca, "2023-04-22T02:30+00:00", "2023-04-23T03:00+01:00", "2023-04-24T02:30+01:00")]
    public void The_rules_may_differ_within_a_year(string text, string zone, params string[] expected) => Check(text, zone, expected);

    [TestCase("30 1 * * *", "2016-11-06T01:10-04:00", "2016-11-06T01:30-04:00")]
    [TestCase("30 1 * * *", "2016-11-06T01:40-04:00", "2016-11-07T01:30-05:00")]
    [TestCase("30 1 * * *", "2016-11-06T01:10-05:00", "2016-11-07T01:30-05:00")]
    [TestCase("30 1 * * *", "2016-11-06T01:40-05:00", "2016-11-07T01:30-05:00")]
    [TestCase("0 1 * * *", "2016-11-06T01:59:59-04:00", "2016-11-07T01:00-05:00")]
    [TestCase("0 1,2 * * *", "2016-11-06T01:59:59-04:00", "2016-11-06T02:00-05:00")]
    public void The_second_pass_is_no_second_chance(string text, string after, string expected) =>
        CronExpression.Parse(text).Next(DateTimeOffset.Parse(after), Zone(NewYork)).Should().Be(DateTimeOffset.Parse(expected));

    [Test]
    public void The_offset_of_what_is_asked_does_not_matter()
    {
        var after = DateTimeOffset.Parse("2024-06-01T12:00+09:00");

        var next = CronExpression.Parse("0 9 * * *").Next(after, Zone(NewYork));

        next!.Value.EqualsExact(DateTimeOffset.Parse("2024-06-01T09:00-04:00")).Should().BeTrue();
    }

    [Test]
    public void A_zone_of_ones_own_has_its_rules_too()
    {
        var start = TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 1, 0, 0), 7, 1);
        var end = TimeZoneInfo.TransitionTime.CreateFixedDateRule(new DateTime(1, 1, 1, 1, 0, 0), 8, 1);
        var rule = TimeZoneInfo.AdjustmentRule.CreateAdjustmentRule(DateTime.MinValue.Date, DateTime.MaxValue.Date, TimeSpan.FromMinutes(10), start, end);
        var zone = TimeZoneInfo.CreateCustomTimeZone("own", TimeSpan.FromHours(5), "own", "own", "own", [rule]);

        CronExpression.Parse("55 0 1 8 *").Next(DateTimeOffset.Parse("2024-07-31T23:00+05:10"), zone)
            .Should().Be(DateTimeOffset.Parse("2024-08-01T00:55+05:10"));
        CronExpression.Parse("*/5 0-1 1 7 *").Between(DateTimeOffset.Parse("2024-07-01T00:50+05:00"), DateTimeOffset.Parse("2024-07-01T01:20+05:10"), zone)
            .Should().Equal(new[] { "00:50+05:00", "00:55+05:00", "01:10+05:10", "01:15+05:10" }.Select(time => DateTimeOffset.Parse("2024-07-01T" + time)));
    }

    /// <summary>Expects these occurrences in a row, with these very offsets.</summary>
    private static void Check(string text, string zone, string[] expected)
    {
        var moments = expected.Select(DateTimeOffset.Parse).ToArray();
        CronExpression.Parse(text).Between(moments[0], DateTimeOffset.MaxValue, Zone(zone)).Take(moments.Length)
            .Select(at => at.ToString("o")).Should().Equal(moments.Select(at => at.ToString("o")));
    }

    private static TimeZoneInfo Zone(string id) => TimeZoneInfo.FindSystemTimeZoneById(id);
}
