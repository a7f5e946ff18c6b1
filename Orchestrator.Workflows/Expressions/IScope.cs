namespace Orchestrator.Workflows.Expressions;

/// <summary>
/// What the root names of an expression stand for. Only roots that an evaluation comes to are asked for, so an
/// implementation may load them late. <c>payload</c> is asked for as <c>inputs</c>.
/// </summary>
public interface IScope
{
    /// <summary>The value of one of <see cref="RootNames.All"/>; <see cref="Value.Undefined"/> where there is none.</summary>
    Value Resolve(string root);
}
