namespace Orchestrator.Workflows.Expressions;

/// <summary>
/// What an expression sees of the world: what its root names stand for, the time, and new ids. Only what an evaluation
/// comes to is asked for, so an implementation may load roots late. <c>payload</c> is asked for as <c>inputs</c>.
/// </summary>
public interface IScope
{
    /// <summary>What <c>now()</c> gives, in UTC: the same for a whole evaluation; null: there is no time here.</summary>
    DateTime? Now => null;

    /// <summary>The value of a root that the expression may start from, as <see cref="RootNames.All"/>; <see cref="Value.Undefined"/> where there is none.</summary>
    Value Resolve(string root);

    /// <summary>What <c>uuid()</c> gives, another one at each call; null: there are no ids here.</summary>
    Guid? NewId() => null;
}
