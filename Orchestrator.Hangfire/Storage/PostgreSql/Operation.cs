using Hangfire.States;

namespace Hangfire.PostgreSql;

/// <summary>
/// One write of a transaction. What a job's usual way consists of has a type of its own, so that a whole transaction can
/// be recognised and share a statement with those of other jobs; the rest is a statement's name and its values.
/// </summary>
internal abstract record Operation
{
    public abstract (string Statement, object?[] Values) ToCommand();

    public sealed record SetState(long JobId, IState State) : Operation
    {
        public override (string, object?[]) ToCommand() => ("SetJobState", StateValues(JobId, State));
    }

    public sealed record AddState(long JobId, IState State) : Operation
    {
        public override (string, object?[]) ToCommand() => ("AddJobState", StateValues(JobId, State));
    }

    public sealed record Queue(long JobId, string Name) : Operation
    {
        public override (string, object?[]) ToCommand() => ("AddToQueue", [JobId, Name]);
    }

    public sealed record Count(string Key, int Value, TimeSpan? ExpireIn) : Operation
    {
        public override (string, object?[]) ToCommand() => ("IncrementCounter", [Key, (long)Value, ExpireIn]);
    }

    public sealed record Expire(long JobId, TimeSpan In) : Operation
    {
        public override (string, object?[]) ToCommand() => ("ExpireJob", [JobId, In]);
    }

    public sealed record Persist(long JobId) : Operation
    {
        public override (string, object?[]) ToCommand() => ("PersistJob", [JobId]);
    }

    public sealed record AddToSet(string Key, string Value, double Score) : Operation
    {
        public override (string, object?[]) ToCommand() => ("AddToSet", [Key, Value, Score]);
    }

    public sealed record RemoveFromSet(string Key, string Value) : Operation
    {
        public override (string, object?[]) ToCommand() => ("RemoveFromSet", [Key, Value]);
    }

    /// <summary>The job is still in this state's row; otherwise nothing of the transaction happens.</summary>
    public sealed record RequireState(long JobId, long? StateId) : Operation
    {
        public override (string, object?[]) ToCommand() => ("RequireState", [JobId, StateId]);
    }

    /// <summary>The list of the job's children still has so many characters; otherwise nothing of the transaction happens.</summary>
    public sealed record RequireContinuations(long JobId, int Length) : Operation
    {
        public override (string, object?[]) ToCommand() => ("RequireContinuations", [JobId, Length]);
    }

    public sealed record Other(string Statement, params object?[] Values) : Operation
    {
        public override (string, object?[]) ToCommand() => (Statement, Values);
    }

    private static object?[] StateValues(long jobId, IState state) =>
        [jobId, state.Name, StateRow.Reason(state), StateRow.Data(state)];
}
