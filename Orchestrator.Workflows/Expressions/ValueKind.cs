namespace Orchestrator.Workflows.Expressions;

/// <summary>The kinds of <see cref="Value"/>.</summary>
public enum ValueKind
{
    /// <summary>Absent. The kind of <c>default(Value)</c>.</summary>
    Undefined,
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}
