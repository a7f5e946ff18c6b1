using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Parsing.Fields;

namespace Orchestrator.Workflows.Readiness;

/// <summary>How an agent's readiness is worked out, for all workflows: the file <see cref="FileName"/>, or the defaults.</summary>
public sealed record ReadinessSettings
{
    /// <summary>The file's name in the workflows' folder.</summary>
    public const string FileName = "readiness.yml";

    private static readonly FieldTable<Draft> Fields = new(
        new Field<Draft>("activity_freshness", Shape.Any, (draft, value) => draft.Freshness = value.Expression([], ReadinessFunctions.Vocabulary)),
        new Field<Draft>("online_probability", Shape.Any, (draft, value) => draft.Online = value.Expression([], ReadinessFunctions.Vocabulary)));

    public static ReadinessSettings Default { get; } = new();

    /// <summary>How lately and how much the agent has done something; <c>freshness(6, 5)</c> unless set.</summary>
    public Expression ActivityFreshness { get; private init; } = Expression.Parse("freshness(6, 5)", ReadinessFunctions.Vocabulary);

    /// <summary>How likely it is active at this time of day; <c>online(1, 2)</c> unless set.</summary>
    public Expression OnlineProbability { get; private init; } = Expression.Parse("online(1, 2)", ReadinessFunctions.Vocabulary);

    /// <summary>Reads the file. Never throws for what is in the text.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="fileName">What the diagnostics call the file.</param>
    /// <returns>The settings, null when anything is wrong, and everything that is.</returns>
    public static (ReadinessSettings? Settings, IReadOnlyList<Diagnostic> Diagnostics) Parse(string text, string fileName)
    {
        var draft = new Draft();
        var diagnostics = WorkflowParser.Read(text, fileName, root => Fields.Read(draft, root));
        var settings = new ReadinessSettings
        {
            ActivityFreshness = draft.Freshness ?? Default.ActivityFreshness,
            OnlineProbability = draft.Online ?? Default.OnlineProbability,
        };
        return (diagnostics.Count == 0 ? settings : null, diagnostics);
    }

    private sealed class Draft
    {
        public Expression? Freshness { get; set; }

        public Expression? Online { get; set; }
    }
}
