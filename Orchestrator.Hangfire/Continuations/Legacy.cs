using Hangfire.PostgreSql;
using Hangfire.States;

namespace Hangfire.Continuations;

/// <summary>What a job that has ended leaves to those that wait for it: its result or its exception, as JSON.</summary>
internal sealed record Legacy(string? Result, string? Exception)
{
    public static Legacy None { get; } = new(null, null);

    public static Legacy Of(IState end) => Of(end.Name, end.SerializeData());

    /// <summary>That of a parent which has ended before its child was made.</summary>
    public static Legacy OfEnded(PostgreSqlStorage storage, string jobId)
    {
        using var connection = storage.GetConnection();
        return connection.GetStateData(jobId) is { } state ? Of(state.Name, state.Data) : None;
    }

    /// <summary>Gives it to a child, in the transaction that moves the child.</summary>
    public void Leave(PostgreSqlWriteOnlyTransaction transaction, string childId)
    {
        if (Result is not null) transaction.SetJobParameter(childId, AntecedentParameters.Result, Result);
        if (Exception is not null) transaction.SetJobParameter(childId, AntecedentParameters.Exception, Exception);
    }

    private static Legacy Of(string state, IDictionary<string, string>? data) =>
        state == SucceededState.StateName ? new(data?.Find("Result"), null)
        : state == DeletedState.StateName ? new(null, data?.Find("Exception"))
        : None;
}

file static class DataExtensions
{
    public static string? Find(this IDictionary<string, string> data, string key) => data.TryGetValue(key, out var value) ? value : null;
}
