using Npgsql;
using NpgsqlTypes;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Storage;

/// <summary>The hot statements of <c>Sql/</c>. The others are loaded by name where they are used.</summary>
internal static class Statements
{
    public static string Claim { get; } = SqlText.Load("Claim");

    public static string LoadSteps { get; } = SqlText.Load("LoadSteps");

    public static string LoadRunData { get; } = SqlText.Load("LoadRunData");

    public static string LockRuns { get; } = SqlText.Load("LockRuns");

    public static string ReadSteps { get; } = SqlText.Load("ReadSteps");

    public static string Dispatch { get; } = SqlText.Load("Dispatch");

    public static string Record { get; } = SqlText.Load("Record");

    public static string CancelRest { get; } = SqlText.Load("CancelRest");

    public static string Promote { get; } = SqlText.Load("Promote");

    public static string TakeBack { get; } = SqlText.Load("TakeBack");

    public static string Redeliver { get; } = SqlText.Load("Redeliver");

    public static string Reopen { get; } = SqlText.Load("Reopen");
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

    public static NpgsqlParameterCollection Longs(this NpgsqlParameterCollection parameters, IReadOnlyList<long> values) =>
        parameters.Many(values, NpgsqlDbType.Bigint);

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

    public static NpgsqlParameterCollection Many<T>(
        this NpgsqlParameterCollection parameters, IReadOnlyList<T> values, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter { Value = values as T[] ?? [.. values], NpgsqlDbType = NpgsqlDbType.Array | type });
        return parameters;
    }
}
