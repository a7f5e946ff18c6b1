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
    /// <summary>A moment, in milliseconds since 1970, as JavaScript's <c>Date</c>. In JSON it is an ISO 8601 text.</summary>
    Date,
    Array,
    Object,
}
