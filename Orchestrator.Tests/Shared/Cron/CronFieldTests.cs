extern alias workflows;

using workflows::Orchestrator.Shared.Cron;

namespace Orchestrator.Tests.Shared.Cron;

/// <summary>What each form of a field means, told by the occurrences.</summary>
internal sealed class CronFieldTests
{
    private static readonly DateTimeOffset NewYear = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [TestCase("* * * * *", 60)]
    [TestCase("? * ? * ?", 60)]
    [TestCase("*/1 * * * *", 60)]
    public void Every_minute_of_an_hour(string text, int count) =>
        Between(text, TimeSpan.FromHours(1)).Should().HaveCount(count).And.OnlyHaveUniqueItems();

    [TestCase("5 * * * *", "5")]
    [TestCase("05 * * * *", "5")]
    [TestCase("1,2,59 * * * *", "1,2,59")]
    [TestCase("2,1,2 * * * *", "1,2")]
    [TestCase("10-13 * * * *", "10,11,12,13")]
    [TestCase("7-7 * * * *", "7")]
    [TestCase("58-1 * * * *", "0,1,58,59")]
    [TestCase("*/15 * * * *", "0,15,30,45")]
    [TestCase("*/24 * * * *", "0,24,48")]
    [TestCase("*/59 * * * *", "0,59")]
    [TestCase("30/10 * * * *", "30,40,50")]
    [TestCase("1-30/10 * * * *", "1,11,21")]
    [TestCase("45-15/10 * * * *", "5,15,45,55")]
    [TestCase("3,5-11/3,12 * * * *", "3,5,8,11,12")]
    [TestCase(" 5\t*  * * * ", "5")]
    public void Minutes(string text, string minutes) =>
        string.Join(',', Between(text, TimeSpan.FromHours(1)).Select(at => at.Minute)).Should().Be(minutes);

    [TestCase("*/20 * * * * *", "0,20,40")]
    [TestCase("57-2 * * * * *", "0,1,2,57,58,59")]
    [TestCase("30 * * * * *", "30")]
    public void Seconds(string text, string seconds) =>
        string.Join(',', Between(text, TimeSpan.FromMinutes(1)).Select(at => at.Second)).Should().Be(seconds);

    [TestCase("0 22-4 * * *", "0,1,2,3,4,22,23")]
    [TestCase("0 22-4/2 * * *", "0,2,4,22")]
    [TestCase("0 9-17/4 * * *", "9,13,17")]
    [TestCase("0 */7 * * *", "0,7,14,21")]
    public void Hours(string text, string hours) =>
        string.Join(',', Between(text, TimeSpan.FromDays(1)).Select(at => at.Hour)).Should().Be(hours);

    [TestCase("0 0 1 jan,FEB,Dec *", "1,2,12")]
    [TestCase("0 0 1 NOV-FEB *", "1,2,11,12")]
    [TestCase("0 0 1 11-2/3 *", "2,11")]
    [TestCase("0 0 1 */4 *", "1,5,9")]
    [TestCase("0 0 1 AUG/2 *", "8,10,12")]
    public void Months(string text, string months) =>
        string.Join(',', Between(text, TimeSpan.FromDays(366)).Select(at => at.Month)).Should().Be(months);

    [TestCase("0 0 30-2 3 *", "1,2,30,31")]
    [TestCase("0 0 */10 3 *", "1,11,21,31")]
    [TestCase("0 0 28/2 3 *", "28,30")]
    [TestCase("0 0 28-4/2 3 *", "1,3,28,30")]
    public void Days_of_march(string text, string days) =>
        string.Join(',', Between(text, TimeSpan.FromDays(366)).Select(at => at.Day)).Should().Be(days);

    // The first week of 2024 begins on a Monday.
    [TestCase("0 0 * * 0", "7")]
    [TestCase("0 0 * * 7", "7")]
    [TestCase("0 0 * * SUN", "7")]
    [TestCase("0 0 * * 0,7", "7")]
    [TestCase("0 0 * * 0-7", "1,2,3,4,5,6,7")]
    [TestCase("0 0 * * 1-7", "1,2,3,4,5,6,7")]
    [TestCase("0 0 * * 5-7", "5,6,7")]
    [TestCase("0 0 * * 7-2", "1,2,7")]
    [TestCase("0 0 * * FRI-MON", "1,5,6,7")]
    [TestCase("0 0 * * fri-mon", "1,5,6,7")]
    [TestCase("0 0 * * 6-0", "6,7")]
    [TestCase("0 0 * * FRI-MON/2", "5,7")]
    [TestCase("0 0 * * MON/2", "1,3,5,7")]
    [TestCase("0 0 * * */3", "3,6,7")]
    [TestCase("0 0 * * MON-FRI", "1,2,3,4,5")]
    [TestCase("0 0 * * TUE,4", "2,4")]
    public void Days_of_a_week(string text, string days) =>
        string.Join(',', Between(text, TimeSpan.FromDays(7)).Select(at => at.Day)).Should().Be(days);

    [TestCase("@yearly", "0 0 1 1 *")]
    [TestCase("@annually", "0 0 1 1 *")]
    [TestCase("@monthly", "0 0 1 * *")]
    [TestCase("@weekly", "0 0 * * 0")]
    [TestCase("@daily", "0 0 * * *")]
    [TestCase("@midnight", "0 0 * * *")]
    [TestCase("@hourly", "0 * * * *")]
    [TestCase("@every_minute", "* * * * *")]
    [TestCase("@every_second", "* * * * * *")]
    [TestCase("@never", "0 0 31 2 *")]
    [TestCase(" @Daily ", "0 0 * * *")]
    [TestCase("  5\t*  * * MON ", "5 * * * MON")]
    [TestCase("0 */5 9-17 L-3W jan 2#1", "0 */5 9-17 L-3W jan 2#1")]
    public void The_text_is_given_back_in_fields(string text, string plain) => CronExpression.Parse(text).ToString().Should().Be(plain);

    private static List<DateTimeOffset> Between(string text, TimeSpan span) =>
        [.. CronExpression.Parse(text).Between(NewYear, NewYear + span, TimeZoneInfo.Utc)];
}
