using Npgsql;
using NpgsqlTypes;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Storage;

/// <summary>
/// The SQL of <c>Sql/</c>, ready to run on one database: the names of Hangfire's sequences, which differ between
/// installations, are filled in. One instance a data source, made after the migrations have run.
/// </summary>
internal sealed class Statements(string hangfireJobSequence, string hangfireStateSequence)
{
    public string Claim { get; } = SqlText.Load("Claim");

    public string LoadSteps { get; } = SqlText.Load("LoadSteps");

    public string LoadRunData { get; } = SqlText.Load("LoadRunData");

    public string LockRuns { get; } = SqlText.Load("LockRuns");

    public string ReadSteps { get; } = SqlText.Load("ReadSteps");

    public string Dispatch { get; } = Fill("Dispatch", hangfireJobSequence, hangfireStateSequence);

    public string Record { get; } = Fill("Record", hangfireJobSequence, hangfireStateSequence);

    public string CancelRest { get; } = Fill("CancelRest", hangfireJobSequence, hangfireStateSequence);

    public string Promote { get; } = Fill("Promote", hangfireJobSequence, hangfireStateSequence);

    public string TakeBack { get; } = Fill("TakeBack", hangfireJobSequence, hangfireStateSequence);

    public string Redeliver { get; } = Fill("Redeliver", hangfireJobSequence, hangfireStateSequence);

    public string Reopen { get; } = Fill("Reopen", hangfireJobSequence, hangfireStateSequence);

    /// <exception cref="InvalidOperationException">Schema <c>hangfire</c> is not there.</exception>
    public static async Task<Statements> CreateAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        await using var command = source.CreateCommand(SqlText.Load("HangfireSequences"));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return reader.IsDBNull(0) || reader.IsDBNull(1)
            ? throw new InvalidOperationException(
                "Schema hangfire lacks the tables job and state. Run 'migrate', with a user that may create schemas.")
            : new Statements(reader.GetString(0), reader.GetString(1));
    }

    private static string Fill(string name, string job, string state) =>
        SqlText.Load(name).Replace("{hangfire_job_id}", job).Replace("{hangfire_state_id}", state);
}

/// <summary>Typed parameters by position.</summary>
internal static class Parameters
{
    /// <summary>What PostgreSQL can't hold in a text is replaced: it may come from anywhere, and must not cost the batch.</summary>
    public static NpgsqlParameterCollection Texts(this NpgsqlParameterCollection parameters, IReadOnlyList<string?> values) =>
        parameters.Many([.. values.Select(value => value is null ? null : StorableText.Of(value))], NpgsqlDbType.Text);

    public static NpgsqlParameterCollection Jsons(this NpgsqlParameterCollection parameters, IReadOnlyList<string?> values) =>
        parameters.Many(values, NpgsqlDbType.Jsonb);

    public static NpgsqlParameterCollection Uuids(this NpgsqlParameterCollection parameters, IReadOnlyList<Guid> values) =>
        parameters.Many(values, NpgsqlDbType.Uuid);

    public static NpgsqlParameterCollection Uuids(this NpgsqlParameterCollection parameters, IReadOnlyList<Guid?> values) =>
        parameters.Many(values, NpgsqlDbType.Uuid);

    public static NpgsqlParameterCollection Ints(this NpgsqlParameterCollection parameters, IReadOnlyList<int> values) =>
        parameters.Many(values, NpgsqlDbType.Integer);

    public static NpgsqlParameterCollection Ints(this NpgsqlParameterCollection parameters, IReadOnlyList<int?> values) =>
        parameters.Many(values, NpgsqlDbType.Integer);

    public static NpgsqlParameterCollection Shorts(this NpgsqlParameterCollection parameters, IReadOnlyList<short> values) =>
        parameters.Many(values, NpgsqlDbType.Smallint);

    public static NpgsqlParameterCollection Doubles(this NpgsqlParameterCollection parameters, IReadOnlyList<double?> values) =>
        parameters.Many(values, NpgsqlDbType.Double);

    public static NpgsqlParameterCollection Times(this NpgsqlParameterCollection parameters, IReadOnlyList<DateTime?> values) =>
        parameters.Many(values, NpgsqlDbType.TimestampTz);

    public static NpgsqlParameterCollection Booleans(this NpgsqlParameterCollection parameters, IReadOnlyList<bool> values) =>
        parameters.Many(values, NpgsqlDbType.Boolean);

    public static NpgsqlParameterCollection Bytes(this NpgsqlParameterCollection parameters, IReadOnlyList<byte[]?> values) =>
        parameters.Many(values, NpgsqlDbType.Bytea);

    public static NpgsqlParameterCollection One<T>(this NpgsqlParameterCollection parameters, T value)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return parameters;
    }

    private static NpgsqlParameterCollection Many<T>(
        this NpgsqlParameterCollection parameters, IReadOnlyList<T> values, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = values as T[] ?? [.. values], NpgsqlDbType = NpgsqlDbType.Array | type });
        return parameters;
    }
}
