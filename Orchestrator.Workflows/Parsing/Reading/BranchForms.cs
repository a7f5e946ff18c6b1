using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>Steps that choose: <c>condition</c> and <c>switch</c>.</summary>
internal static class BranchForms
{
    private static readonly Shape Names = Shape.OneOrMore(Shape.Text);

    private static readonly FieldTable<CaseDraft> CaseFields = new(
        new Field<CaseDraft>("when", Shape.Any, (draft, value) => draft.When = value.Expression(draft.Step.Mentions)),
        new Field<CaseDraft>("step", Names, (draft, value) => draft.Steps = draft.Step.ReadTargets(value)) { Aliases = ["steps"] });

    public static StepForm Condition { get; } = new()
    {
        Name = "condition",
        Fields =
        [
            new Field<StepDraft>("condition", Shape.Any, (step, value) => step.Settings<Draft>().Condition = value.Expression(step.Mentions)),
            new Field<StepDraft>("true_step", Names, (step, value) => step.Settings<Draft>().True = step.ReadTargets(value)) { Aliases = ["true_steps"] },
            new Field<StepDraft>("false_step", Names, (step, value) => step.Settings<Draft>().Otherwise = step.ReadTargets(value)) { Aliases = ["false_steps"] },
        ],
        Check = (step, given) => StepForm.Require(step, given, "condition", "Write it like condition: results.fetch.quality > 0.8."),
        Build = step => new BranchAction(
            "condition", [new BranchCase(step.Settings<Draft>().Condition!, step.Settings<Draft>().True)], step.Settings<Draft>().Otherwise),
    };

    public static StepForm Switch { get; } = new()
    {
        Name = "switch",
        Fields =
        [
            new Field<StepDraft>("cases", Shape.ListOf(Shape.Object(() => CaseFields)), ReadCases),
            new Field<StepDraft>("default", Names, (step, value) => step.Settings<Draft>().Otherwise = step.ReadTargets(value)),
        ],
        Check = (step, given) => StepForm.Require(step, given, "cases", "Write them like cases: [{ when: inputs.n > 10, step: large }]."),
        Build = step => new BranchAction("switch", step.Settings<Draft>().Cases, step.Settings<Draft>().Otherwise),
    };

    private static void ReadCases(StepDraft step, FieldValue value)
    {
        if (value.Node is ListNode { Elements.Count: 0 })
        {
            value.Error("there are no cases", "Write them like [{ when: inputs.n > 10, step: large }].");
        }

        foreach (var one in value.OneOrMore())
        {
            var draft = new CaseDraft(step);
            CaseFields.Read(draft, one);
            if (draft.When is null && one.Report.Errors == 0)
            {
                one.Error("the case has no `when`", "Write it like { when: inputs.n > 10, step: large }; what no case fits goes to `default`.");
            }
            else if (draft.When is not null)
            {
                step.Settings<Draft>().Cases.Add(new BranchCase(draft.When, draft.Steps));
            }
        }
    }

    private sealed class CaseDraft(StepDraft step)
    {
        public StepDraft Step => step;

        public Expression? When { get; set; }

        public IReadOnlyList<string> Steps { get; set; } = [];
    }

    private sealed class Draft
    {
        public Expression? Condition { get; set; }

        public IReadOnlyList<string> True { get; set; } = [];

        public IReadOnlyList<string> Otherwise { get; set; } = [];

        public List<BranchCase> Cases { get; } = [];
    }
}
