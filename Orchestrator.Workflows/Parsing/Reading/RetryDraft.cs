using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>The retry settings that one place of a file gives; what it leaves out comes from farther away.</summary>
internal sealed class RetryDraft
{
    private const int MostAttempts = 1000;

    private static readonly Dictionary<string, Backoff> Backoffs = new(StringComparer.Ordinal)
    {
        ["exponential"] = Definitions.Backoff.Exponential,
        ["linear"] = Definitions.Backoff.Linear,
        ["fixed"] = Definitions.Backoff.Fixed,
    };

    private static readonly string[] Causes = ["timeout", "network", "429", "5xx", "408", "not_ok", "accuracy", "script_error"];

    public static FieldTable<RetryDraft> Fields { get; } = new(FieldsOf<RetryDraft>(draft => draft));

    public int? MaxAttempts { get; set; }

    public TimeSpan? Delay { get; set; }

    public Backoff? Backoff { get; set; }

    public double? Factor { get; set; }

    public TimeSpan? MaxDelay { get; set; }

    public bool? Jitter { get; set; }

    public IReadOnlyList<string>? On { get; set; }

    public bool IsEmpty => (MaxAttempts, Delay, Backoff, Factor, MaxDelay, Jitter, On) == default;

    /// <summary>All of them, as fields of something that has a draft.</summary>
    public static IReadOnlyList<Field<TTarget>> FieldsOf<TTarget>(Func<TTarget, RetryDraft> draft) =>
    [
        Field<TTarget>.Integer("max_attempts", 1, MostAttempts, (target, count) => draft(target).MaxAttempts = count),
        Field<TTarget>.Milliseconds("delay_ms", 0, (target, delay) => draft(target).Delay = delay),
        Field<TTarget>.Word("backoff", Backoffs, (target, backoff) => draft(target).Backoff = backoff),
        Field<TTarget>.Number("factor", 1, 100, (target, factor) => draft(target).Factor = factor),
        Field<TTarget>.Milliseconds("max_delay_ms", 0, (target, delay) => draft(target).MaxDelay = delay),
        Field<TTarget>.Truth("jitter", (target, jitter) => draft(target).Jitter = jitter),
        new("on", Shape.OneOrMore(Shape.Either(Shape.OneOf(Causes), Shape.Integer(100, 599))), (target, value) => draft(target).On = ReadCauses(value)),
    ];

    /// <summary><c>retries: n</c>: n more attempts after the first.</summary>
    public static Field<TTarget> RetriesField<TTarget>(Func<TTarget, RetryDraft> draft) =>
        Field<TTarget>.Integer("retries", 0, MostAttempts - 1, (target, count) => draft(target).MaxAttempts = count + 1);

    /// <summary><c>max_retries: n</c>: n attempts in all.</summary>
    public static Field<TTarget> AttemptsField<TTarget>(Func<TTarget, RetryDraft> draft) =>
        Field<TTarget>.Integer("max_retries", 1, MostAttempts, (target, count) => draft(target).MaxAttempts = count);

    /// <summary>Seed 002's <c>maxAttempts</c> of a recovery strategy.</summary>
    public static Field<TTarget> RetryAttemptsField<TTarget>(Func<TTarget, RetryDraft> draft) =>
        Field<TTarget>.Integer("max_attempts", 1, MostAttempts, (target, count) => draft(target).MaxAttempts = count);

    public static Field<TTarget> DelayField<TTarget>(Func<TTarget, RetryDraft> draft) =>
        Field<TTarget>.Milliseconds("retry_delay_ms", 0, (target, delay) => draft(target).Delay = delay);

    public static Field<TTarget> RetryField<TTarget>(Func<TTarget, RetryDraft> draft) =>
        new("retry", Shape.Object(() => Fields), (target, value) => Fields.Read(draft(target), value));

    /// <summary>These settings over others.</summary>
    public RetryPolicy Over(RetryPolicy farther) => new()
    {
        MaxAttempts = MaxAttempts ?? farther.MaxAttempts,
        Delay = Delay ?? farther.Delay,
        Backoff = Backoff ?? farther.Backoff,
        Factor = Factor ?? farther.Factor,
        MaxDelay = MaxDelay ?? farther.MaxDelay,
        Jitter = Jitter ?? farther.Jitter,
        On = On ?? farther.On,
    };

    private static List<string> ReadCauses(FieldValue value)
    {
        var causes = new List<string>();
        foreach (var one in value.OneOrMore())
        {
            if (one.Node is ScalarNode { Value.Kind: ValueKind.String or ValueKind.Number } scalar && IsCause(scalar.Text))
            {
                causes.Add(scalar.Text);
            }
            else
            {
                one.Expected(
                    $"a status code or one of {string.Join(", ", Causes.Select(cause => $"`{cause}`"))}",
                    one.Node is ScalarNode { Text: var word } ? one.Report.SuggestNear(word, Causes) : "");
            }
        }

        return causes;
    }

    private static bool IsCause(string text) =>
        Causes.Contains(text) || (text.Length == 3 && text.All(char.IsAsciiDigit) && text[0] is >= '1' and <= '5');
}
