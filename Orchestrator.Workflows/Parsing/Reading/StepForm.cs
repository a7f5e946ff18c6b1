using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>One of the format's types of steps: the fields that only it has, and the action that they make.</summary>
internal sealed class StepForm
{
    private FieldTable<StepDraft>? _table;

    public required string Name { get; init; }

    /// <summary>What a step of it has besides what every step has.</summary>
    public IReadOnlyList<Field<StepDraft>> Fields { get; init; } = [];

    /// <summary>Reports what only the fields together show; gets the names of those that are given.</summary>
    public Action<StepDraft, IReadOnlySet<string>>? Check { get; init; }

    /// <summary>Asked only when nothing is wrong with the step's fields.</summary>
    public required Func<StepDraft, StepAction> Build { get; init; }

    /// <summary>Longest time of one attempt unless the file says otherwise; null: no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Queue of those whose file names none; null: the default one.</summary>
    public string? Queue { get; init; }

    /// <summary>All fields that such a step may have.</summary>
    public FieldTable<StepDraft> Table => _table ??= new FieldTable<StepDraft>([.. StepReader.Common, .. Fields]);

    /// <summary>Reports a field that such a step can't do without.</summary>
    public static void Require(StepDraft step, IReadOnlySet<string> given, string field, string hint)
    {
        if (!given.Contains(field))
        {
            step.Field.Error($"a step of type `{step.Type}` needs `{field}`", hint);
        }
    }
}
