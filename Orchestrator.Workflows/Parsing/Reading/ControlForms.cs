using System.Globalization;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Steps that wait or end others: <c>delay</c>, <c>cancel</c>, <c>succeed</c>, <c>fail</c>.</summary>
internal static partial class ControlForms
{
    /// <summary>A hundred years: what is longer is a mistake.</summary>
    private const double LongestMs = 100 * 365.25 * 86_400_000;

    public static StepForm Delay { get; } = new()
    {
        Name = "delay",
        Fields =
        [
            new Field<StepDraft>("ms", Shape.Either(Shape.Whole(0, LongestMs), Shape.Text), ReadMs),
            new Field<StepDraft>("until", Shape.Any, (step, value) => step.Settings<Draft>().Until = ReadUntil(step, value)),
            new Field<StepDraft>("random", Shape.ListOf(Shape.Whole(0, LongestMs)), (step, value) => step.Settings<Draft>().Random = ReadRandom(value)),
        ],
        Check = (step, given) =>
        {
            if (new[] { "ms", "until", "random" }.Count(given.Contains) != 1)
            {
                step.Field.Error("a step of type `delay` needs one of `ms`, `until` and `random`", "Write it like ms: 5000, until: inputs.at, or random: [1000, 3000].");
            }
        },
        Build = step => new DelayAction { Ms = step.Settings<Draft>().Ms, Until = step.Settings<Draft>().Until, Random = step.Settings<Draft>().Random },
    };

    public static StepForm Cancel { get; } = new()
    {
        Name = "cancel",
        Fields =
        [
            new Field<StepDraft>("step", Shape.OneOrMore(Shape.Text), (step, value) => step.ReadCancels(value)) { Aliases = ["steps"] },
        ],
        Check = (step, _) =>
        {
            if (step.Cancels.Count == 0 && step.Scope is null)
            {
                step.Field.Error("a step of type `cancel` needs `step` or `scope`", "What it cancels: step: slow, or scope: checkout.");
            }
        },
        Build = step => new CancelAction(step.Cancels.ConvertAll(one => one.Id), step.Scope),
    };

    public static StepForm Fail { get; } = new()
    {
        Name = "fail",
        Fields = [new Field<StepDraft>("message", Shape.Text, (step, value) => step.Settings<Draft>().Message = value.Template(step.Mentions))],
        Build = step => new EndAction(false, step.Settings<Draft>().Message, null),
    };

    public static StepForm Succeed { get; } = new()
    {
        Name = "succeed",
        Build = step => new EndAction(true, null, step.Output),
    };

    private static void ReadMs(StepDraft step, FieldValue value)
    {
        if (value.Node is ScalarNode { Value.Kind: ValueKind.String })
        {
            step.Settings<Draft>().Ms = value.ExpressionOrTemplate(step.Mentions);
        }
        else if (value.Whole(0, LongestMs) is not null)
        {
            step.Settings<Draft>().Ms = value.Template(step.Mentions);
        }
    }

    /// <summary>A time as it is written, or what becomes one.</summary>
    private static Template? ReadUntil(StepDraft step, FieldValue value)
    {
        if (value.Node is not ScalarNode { Value.Kind: ValueKind.String } scalar || !WrittenTime().IsMatch(scalar.Text))
        {
            return value.ExpressionOrTemplate(step.Mentions);
        }

        if (!DateTimeOffset.TryParse(scalar.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _))
        {
            value.Expected("a time such as 2026-01-31T12:00:00Z");
        }

        return value.Template(step.Mentions);
    }

    private static (double Min, double Max)? ReadRandom(FieldValue value)
    {
        if (value.Node is not ListNode { Elements.Count: 2 })
        {
            value.Expected("a list of two numbers of milliseconds", "Write it like [1000, 3000].");
            return null;
        }

        if (value.Element(0).Whole(0, LongestMs) is not { } min || value.Element(1).Whole(0, LongestMs) is not { } max)
        {
            return null;
        }

        if (min > max)
        {
            value.Error($"{min} is more than {max}", "The smaller number comes first.");
        }

        return (min, max);
    }

    [GeneratedRegex(@"\A\d{4}-\d{2}-\d{2}(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex WrittenTime();

    private sealed class Draft
    {
        public Template? Ms { get; set; }

        public Template? Until { get; set; }

        public (double Min, double Max)? Random { get; set; }

        public Template? Message { get; set; }
    }
}
