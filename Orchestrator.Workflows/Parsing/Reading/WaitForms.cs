using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Steps that wait for something from outside: <c>wait_for_event</c>, <c>approval</c>, <c>workflow</c>.</summary>
internal static partial class WaitForms
{
    public static StepForm Event { get; } = new()
    {
        Name = "wait_for_event",
        Fields =
        [
            new Field<StepDraft>("event", Shape.Text, ReadEvent),
            new Field<StepDraft>("match", Shape.Any, (step, value) => Of(step).Match = value.Expression(step.Mentions, RootNames.Event)),
            Field<StepDraft>.Truth("buffer", (step, buffers) => Of(step).Buffers = buffers),
            OnTimeout(),
        ],
        Check = (step, given) =>
        {
            StepForm.Require(step, given, "event", "The type of the event, or the name of the signal, such as order_paid.");
            NeedsTimeout(step, given);
        },
        Build = step => new WaitForEventAction
        {
            Event = Of(step).Event!, Match = Of(step).Match, Buffers = Of(step).Buffers, Continues = Of(step).Continues,
        },
    };

    public static StepForm Approval { get; } = new()
    {
        Name = "approval",
        Fields =
        [
            new Field<StepDraft>("prompt", Shape.Text, (step, value) => Of(step).Prompt = value.Name() is null ? null : value.Template(step.Mentions)),
            new Field<StepDraft>("approvers", Shape.OneOrMore(Shape.Text), ReadApprovers),
            OnTimeout(),
            Field<StepDraft>.Word("on_reject", Words, (step, passes) => Of(step).Passes = passes),
        ],
        Check = (step, given) =>
        {
            StepForm.Require(step, given, "prompt", "What is asked, such as: Pay {{ inputs.amount }} to {{ inputs.name }}?");
            NeedsTimeout(step, given);
        },
        Build = step => new ApprovalAction
        {
            Prompt = Of(step).Prompt!, Approvers = Of(step).Approvers, PassesRejections = Of(step).Passes, Continues = Of(step).Continues,
        },
    };

    public static StepForm Workflow { get; } = new()
    {
        Name = "workflow",
        Fields =
        [
            new Field<StepDraft>("workflow_key", Shape.Text, ReadKey),
            new Field<StepDraft>("inputs", Shape.Either(Shape.Mapping, Shape.Text), ReadInputs) { Aliases = ["payload"] },
            Field<StepDraft>.Truth("wait", (step, waits) => Of(step).Waits = waits),
            Field<StepDraft>.Integer("version", 1, int.MaxValue, (step, version) => Of(step).Version = version),
        ],
        Check = (step, given) => StepForm.Require(step, given, "workflow_key", "The key of the workflow that it runs."),
        Build = step => new WorkflowAction { WorkflowKey = Of(step).Key!, Inputs = Of(step).Inputs, Waits = Of(step).Waits, Version = Of(step).Version },
    };

    private static Dictionary<string, bool> Words => new(StringComparer.Ordinal) { ["fail"] = false, ["continue"] = true };

    private static Draft Of(StepDraft step) => step.Settings<Draft>();

    private static Field<StepDraft> OnTimeout() => Field<StepDraft>.Word("on_timeout", Words, (step, continues) => Of(step).Continues = continues);

    private static void NeedsTimeout(StepDraft step, IReadOnlySet<string> given)
    {
        if (given.Contains("on_timeout") && !given.Contains("timeout_ms"))
        {
            step.Field.Error("`on_timeout` says what happens after `timeout_ms`, which the step has not", "Add `timeout_ms`, or remove `on_timeout`.");
        }
    }

    private static void ReadEvent(StepDraft step, FieldValue value)
    {
        if (value.Name() is not { } type)
        {
            return;
        }

        if (RunEnd.Is(type))
        {
            value.Error("the ends of runs are for triggers", "A step of type `workflow` starts a run and waits for its end.");
        }
        else if (type.Length > EmitEventAction.MaxText && !type.Contains("{{", StringComparison.Ordinal))
        {
            value.Error($"it has {type.Length} characters; {EmitEventAction.MaxText} are allowed");
        }

        Of(step).Event = value.Template(step.Mentions);
    }

    private static void ReadApprovers(StepDraft step, FieldValue value)
    {
        if (value.Node is ListNode { Elements.Count: 0 })
        {
            value.Error("nobody is in it", "Name tokens or roles, or leave it out: then every operator may answer.");
        }
        else if (value.Node is ListNode { Elements.Count: > ApprovalAction.MaxApprovers } list)
        {
            value.Error($"it has {list.Elements.Count} names; {ApprovalAction.MaxApprovers} are allowed");
        }

        if (value.OneOrMore().ToList().TrueForAll(one => one.Name() is not null))
        {
            Of(step).Approvers = value.Template(step.Mentions);
        }
    }

    private static void ReadKey(StepDraft step, FieldValue value)
    {
        if (value.Name() is not { } key)
        {
            return;
        }

        if (!key.Contains("{{", StringComparison.Ordinal) && !Key().IsMatch(key))
        {
            value.Error($"`{key}` can't be a workflow's key", "Up to 100 small letters, digits, _ and -, beginning with a letter or digit.");
        }

        Of(step).Key = value.Template(step.Mentions);
    }

    private static void ReadInputs(StepDraft step, FieldValue value)
    {
        if (value.Node is MappingNode || (value.Node is ScalarNode scalar && scalar.Text.StartsWith("{{", StringComparison.Ordinal)))
        {
            Of(step).Inputs = value.Template(step.Mentions);
        }
        else
        {
            value.Expected("a mapping");
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Key();

    private sealed class Draft
    {
        public Template? Event { get; set; }

        public Expression? Match { get; set; }

        public bool Buffers { get; set; } = true;

        public bool Continues { get; set; }

        public Template? Prompt { get; set; }

        public Template? Approvers { get; set; }

        public bool Passes { get; set; }

        public Template? Key { get; set; }

        public Template? Inputs { get; set; }

        public bool Waits { get; set; } = true;

        public int? Version { get; set; }
    }
}
