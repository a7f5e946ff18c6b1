using Hangfire.Common;
using Hangfire.Storage;
using Npgsql;

namespace Hangfire.PostgreSql;

/// <summary>Reads a job from the columns in which statements return it.</summary>
internal static class JobRow
{
    /// <summary>From <paramref name="first"/> on: state's row, state, time of making, call, arguments, parameters.</summary>
    public static JobData Read(NpgsqlDataReader row, int first)
    {
        var data = new JobData
        {
            StateId = row.IsDBNull(first) ? null : row.GetInt64(first),
            State = TextOrNull(row, first + 1),
            CreatedAt = row.GetDateTime(first + 2),
            ParametersSnapshot = Parameters(TextOrNull(row, first + 5)),
        };
        try
        {
            data.InvocationData = Invocation(row.GetString(first + 3), row.GetString(first + 4));
            data.Job = data.InvocationData.DeserializeJob();
        }
        catch (JobLoadException failure)
        {
            data.LoadException = failure;
        }
        catch (Newtonsoft.Json.JsonException failure)
        {
            data.LoadException = new("Could not read the stored job.", failure);
        }

        return data;
    }

    /// <summary>The call; its arguments lie in a column of their own.</summary>
    public static InvocationData Invocation(string invocationData, string arguments)
    {
        var invocation = InvocationData.DeserializePayload(invocationData);
        invocation.Arguments ??= arguments;
        return invocation;
    }

    public static string? TextOrNull(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static Dictionary<string, string?> Parameters(string? json) =>
        SerializationHelper.Deserialize<Dictionary<string, string?>>(json) ?? [];
}
