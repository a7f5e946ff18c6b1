extern alias workflows;

using workflows::Orchestrator.Shared.Cron;

namespace Orchestrator.Tests.Shared.Cron;

internal sealed class CronErrorTests
{
    private const string Values = "`,`, `-`, `/` or the end of the field";

    [TestCase("60 * * * *", "minute", 1, 0, 2, "`60`", "0–59")]
    [TestCase("  60 * * * *", "minute", 1, 2, 2, "`60`", "0–59")]
    [TestCase("60 * * * * *", "second", 1, 0, 2, "`60`", "0–59")]
    [TestCase("0 60 * * * *", "minute", 2, 2, 2, "`60`", "0–59")]
    [TestCase("0 24 * * *", "hour", 2, 2, 2, "`24`", "0–23")]
    [TestCase("0 0 0 * *", "day of month", 3, 4, 1, "`0`", "1–31")]
    [TestCase("0 0 32 * *", "day of month", 3, 4, 2, "`32`", "1–31")]
    [TestCase("0 0 1 13 *", "month", 4, 6, 2, "`13`", "1–12 or JAN–DEC")]
    [TestCase("0 0 1 january *", "month", 4, 6, 7, "`january`", "1–12 or JAN–DEC")]
    [TestCase("0 0 1 JA *", "month", 4, 6, 2, "`JA`", "1–12 or JAN–DEC")]
    [TestCase("0 0 * * 8", "day of week", 5, 8, 1, "`8`", "0–7 or SUN–SAT")]
    [TestCase("0 0 * * MONDAY", "day of week", 5, 8, 6, "`MONDAY`", "0–7 or SUN–SAT")]
    [TestCase("0 0 * * JAN", "day of week", 5, 8, 3, "`JAN`", "0–7 or SUN–SAT")]
    [TestCase("0 0 * * L", "day of week", 5, 8, 1, "`L`", "0–7 or SUN–SAT")]
    [TestCase("MON * * * *", "minute", 1, 0, 3, "`MON`", "0–59")]
    [TestCase("5x * * * *", "minute", 1, 1, 1, "`x`", Values)]
    [TestCase("1-2-3 * * * *", "minute", 1, 3, 1, "`-`", Values)]
    [TestCase("1/2/3 * * * *", "minute", 1, 3, 1, "`/`", Values)]
    [TestCase("1-70 * * * *", "minute", 1, 2, 2, "`70`", "0–59")]
    [TestCase("1- * * * *", "minute", 1, 2, 0, "nothing", "0–59")]
    [TestCase("1, * * * *", "minute", 1, 2, 0, "nothing", "0–59")]
    [TestCase(",1 * * * *", "minute", 1, 0, 1, "`,`", "0–59")]
    [TestCase("-1 * * * *", "minute", 1, 0, 1, "`-`", "0–59")]
    [TestCase("1,* * * * *", "minute", 1, 2, 1, "`*`", "0–59")]
    [TestCase("*,1 * * * *", "minute", 1, 1, 1, "`,`", "`/` or the end of the field")]
    [TestCase("** * * * *", "minute", 1, 1, 1, "`*`", "`/` or the end of the field")]
    [TestCase("?/5 * * * *", "minute", 1, 1, 1, "`/`", "the end of the field")]
    [TestCase("*/0 * * * *", "minute", 1, 2, 1, "`0`", "a step from 1 to 59")]
    [TestCase("*/60 * * * *", "minute", 1, 2, 2, "`60`", "a step from 1 to 59")]
    [TestCase("*/ * * * *", "minute", 1, 2, 0, "nothing", "a step from 1 to 59")]
    [TestCase("*/x * * * *", "minute", 1, 2, 1, "`x`", "a step from 1 to 59")]
    [TestCase("0 */24 * * *", "hour", 2, 4, 2, "`24`", "a step from 1 to 23")]
    [TestCase("99999999999999999999 * * * *", "minute", 1, 0, 20, "`99999999999999999999`", "0–59")]
    [TestCase("123456789012345678901 * * * *", "minute", 1, 0, 21, "`12345678901234567890…`", "0–59")]
    [TestCase("😀 * * * *", "minute", 1, 0, 2, "`😀`", "0–59")]
    [TestCase("٣ * * * *", "minute", 1, 0, 1, "`٣`", "0–59")]
    [TestCase("L * * * *", "minute", 1, 0, 1, "`L`", "0–59")]
    [TestCase("0 0 L-31 * *", "day of month", 3, 6, 2, "`31`", "a number of days from 0 to 30")]
    [TestCase("0 0 L- * *", "day of month", 3, 6, 0, "nothing", "a number of days from 0 to 30")]
    [TestCase("0 0 LX * *", "day of month", 3, 5, 1, "`X`", "the end of the field after `L`")]
    [TestCase("0 0 L,1 * *", "day of month", 3, 5, 1, "`,`", "the end of the field after `L`")]
    [TestCase("0 0 1,L * *", "day of month", 3, 6, 1, "`L`", "1–31")]
    [TestCase("0 0 32W * *", "day of month", 3, 4, 3, "`32W`", "1–31")]
    [TestCase("0 0 1,15W * *", "day of month", 3, 8, 1, "`W`", Values)]
    [TestCase("0 0 15W,1 * *", "day of month", 3, 7, 1, "`,`", "the end of the field after `W`")]
    [TestCase("0 0 W * *", "day of month", 3, 4, 1, "`W`", "1–31")]
    [TestCase("0 0 * * 2#0", "day of week", 5, 10, 1, "`0`", "a week from 1 to 5")]
    [TestCase("0 0 * * 2#6", "day of week", 5, 10, 1, "`6`", "a week from 1 to 5")]
    [TestCase("0 0 * * 2#", "day of week", 5, 10, 0, "nothing", "a week from 1 to 5")]
    [TestCase("0 0 * * 2#1,3#1", "day of week", 5, 11, 1, "`,`", "the end of the field after `#`")]
    [TestCase("0 0 * * FRIL/2", "day of week", 5, 12, 1, "`/`", "the end of the field after `L`")]
    [TestCase("0 0 * * 1,5L", "day of week", 5, 11, 1, "`L`", Values)]
    public void A_mistake_in_a_field_is_told_with_its_place(
        string text, string field, int number, int offset, int length, string found, string allowed)
    {
        CronExpression.TryParse(text, out var expression, out var error).Should().BeFalse();

        expression.Should().BeNull();
        error.Should().Be(new CronError(field, number, offset, length, found, allowed));
        FluentActions.Invoking(() => CronExpression.Parse(text)).Should().Throw<FormatException>()
            .WithMessage($"field {number} ({field}): expected {allowed}, found {found}");
    }

    [TestCase("", "0")]
    [TestCase("   ", "0")]
    [TestCase("*", "1")]
    [TestCase("* * * *", "4")]
    [TestCase("* * * * * * 2024", "7")]
    [TestCase("@daily * * *", "4")]
    public void The_number_of_fields_counts(string text, string found)
    {
        CronExpression.TryParse(text, out _, out var error).Should().BeFalse();

        error.Should().Be(new CronError(null, 0, 0, text.Length, found, "5 or 6 fields"));
        error!.ToString().Should().Be($"expected 5 or 6 fields, found {found}");
    }

    [Test]
    public void An_unknown_macro_is_told_the_known_ones()
    {
        CronExpression.TryParse(" @dayly", out _, out var error).Should().BeFalse();

        error.Should().Match<CronError>(one => one.Field == null && one.Offset == 1 && one.Length == 6 && one.Found == "`@dayly`");
        error!.Allowed.Should().Contain("@daily").And.Contain("@never");
    }

    [Test]
    public void The_first_of_several_mistakes_is_told()
    {
        CronExpression.TryParse("0 24 0 * 8", out _, out var error);
        error!.FieldNumber.Should().Be(2);
    }

    [Test]
    public void Nothing_at_all_is_no_expression()
    {
        CronExpression.TryParse(null, out _, out var error).Should().BeFalse();
        error!.Found.Should().Be("0");
    }
}
