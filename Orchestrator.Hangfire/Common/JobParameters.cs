using Hangfire.Storage;

namespace Hangfire.Common;

/// <summary>Reading of a job's parameters, the same in all contexts.</summary>
internal static class JobParameters
{
    /// <summary>What was set, or the default value.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public static T? Get<T>(IStorageConnection connection, BackgroundJob job, string name, bool allowStale)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        try
        {
            var value = allowStale && job.HasSnapshot
                ? job.ParametersSnapshot.GetValueOrDefault(name)
                : connection.GetJobParameter(job.Id, name);
            return SerializationHelper.Deserialize<T>(value, SerializationOption.User);
        }
        catch (Newtonsoft.Json.JsonException failure)
        {
            throw new InvalidOperationException($"The parameter '{name}' of job {job.Id} is no {typeof(T).Name}.", failure);
        }
    }
}
