using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Steps that contain others: <c>parallel</c>, <c>race</c>, <c>loop</c>, <c>for_each</c>. They name them, or hold them.</summary>
internal static class ContainerForms
{
    private const int MostAtATime = 10_000;
    private const string StepsHint = "Name the steps, or write them here: steps: [first, second].";

    private static readonly Shape Contained = Shape.OneOrMore(Shape.Either(Shape.Text, Shape.Step));

    public static StepForm Parallel { get; } = new()
    {
        Name = "parallel",
        Fields = [Steps("steps"), AtATime()],
        Check = (step, given) => StepForm.Require(step, given, "steps", StepsHint),
        Build = step => new ParallelAction(step.ContainedIds, step.Settings<Draft>().MaxConcurrency),
    };

    public static StepForm Race { get; } = new()
    {
        Name = "race",
        Fields = [Steps("steps")],
        Check = (step, given) => StepForm.Require(step, given, "steps", StepsHint),
        Build = step => new RaceAction(step.ContainedIds),
    };

    public static StepForm Loop { get; } = new()
    {
        Name = "loop",
        Fields =
        [
            Steps("steps", "loop_step"),
            new Field<StepDraft>("condition", Shape.Any, (step, value) => step.Settings<Draft>().Condition = value.Expression(step.Mentions)),
            new Field<StepDraft>("break_condition", Shape.Any, (step, value) => step.Settings<Draft>().Break = value.Expression(step.Mentions)),
            Field<StepDraft>.Integer("max_iterations", 1, 1_000_000, (step, count) => step.Settings<Draft>().MaxIterations = count),
            Field<StepDraft>.Milliseconds("delay_ms", 0, (step, delay) => step.Settings<Draft>().Delay = delay),
        ],
        Check = (step, given) => StepForm.Require(step, given, "steps", "The step to repeat: loop_step: fetch, or steps: [first, second]."),
        Build = step => new LoopAction
        {
            Condition = step.Settings<Draft>().Condition,
            BreakCondition = step.Settings<Draft>().Break,
            MaxIterations = step.Settings<Draft>().MaxIterations ?? LoopAction.DefaultMaxIterations,
            Delay = step.Settings<Draft>().Delay,
        },
    };

    public static StepForm ForEach { get; } = new()
    {
        Name = "for_each",
        Fields =
        [
            Steps("steps", "step"),
            new Field<StepDraft>("items", Shape.Any, (step, value) => step.Settings<Draft>().Items = value.ExpressionOrTemplate(step.Mentions)),
            AtATime(),
            new Field<StepDraft>("item", Shape.Matching(ItemNames.Pattern), (step, value) => step.Settings<Draft>().ItemName = ItemNames.Read(value)),
            Field<StepDraft>.Word("on_item_failure", ItemFailures, (step, passes) => step.Settings<Draft>().PassesOver = passes),
            new Field<StepDraft>("complete_when", Shape.Any, ReadEnough),
            Field<StepDraft>.Word("rest", Rests, (step, leaves) => step.Settings<Draft>().LeavesRest = leaves),
        ],
        Check = (step, given) =>
        {
            StepForm.Require(step, given, "items", "An expression that gives a list: items: inputs.orders.");
            StepForm.Require(step, given, "steps", "What to do with each item: step: fetch, or steps: [first, second].");
            if (given.Contains("rest") && !given.Contains("complete_when"))
            {
                step.Field.Error("`rest` says what becomes of the items that are left after `complete_when`, which the step has not", "Add `complete_when`, or remove `rest`.");
            }
        },
        Build = step => new ForEachAction
        {
            Items = step.Settings<Draft>().Items!,
            MaxConcurrency = step.Settings<Draft>().MaxConcurrency,
            ItemName = step.Settings<Draft>().ItemName,
            PassesOverFailures = step.Settings<Draft>().PassesOver,
            CompleteAfter = step.Settings<Draft>().CompleteAfter,
            CompleteWhen = step.Settings<Draft>().CompleteWhen,
            LeavesRest = step.Settings<Draft>().LeavesRest,
        },
    };

    private static Dictionary<string, bool> ItemFailures => new(StringComparer.Ordinal) { ["abort"] = false, ["skip"] = true, ["continue"] = true };

    private static Dictionary<string, bool> Rests => new(StringComparer.Ordinal) { ["cancel"] = false, ["ignore"] = true };

    private static Field<StepDraft> Steps(string name, params string[] aliases) =>
        new(name, Contained, (step, value) => step.ReadContained(value)) { Aliases = aliases };

    private static Field<StepDraft> AtATime() =>
        Field<StepDraft>.Integer("max_concurrency", 1, MostAtATime, (step, count) => step.Settings<Draft>().MaxConcurrency = count);

    private static void ReadEnough(StepDraft step, FieldValue value)
    {
        if (value.Node is ScalarNode { Value.Kind: ValueKind.Number })
        {
            step.Settings<Draft>().CompleteAfter = value.Integer(1, int.MaxValue);
        }
        else
        {
            step.Settings<Draft>().CompleteWhen = value.Expression(step.Mentions);
        }
    }

    private sealed class Draft
    {
        public int? MaxConcurrency { get; set; }

        public Expression? Condition { get; set; }

        public Expression? Break { get; set; }

        public int? MaxIterations { get; set; }

        public TimeSpan Delay { get; set; }

        public Template? Items { get; set; }

        public string? ItemName { get; set; }

        public bool PassesOver { get; set; }

        public int? CompleteAfter { get; set; }

        public Expression? CompleteWhen { get; set; }

        public bool LeavesRest { get; set; }
    }
}
