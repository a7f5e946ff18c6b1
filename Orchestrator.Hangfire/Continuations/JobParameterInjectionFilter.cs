using System.Reflection;
using Hangfire.Common;
using Hangfire.Server;

namespace Hangfire;

/// <summary>Gives a job's method parameters of the job as arguments, where <see cref="FromParameterAttribute"/> asks for them.</summary>
public class JobParameterInjectionFilter : IServerFilter
{
    /// <exception cref="Newtonsoft.Json.JsonException">The parameter is of another type.</exception>
    public void OnPerforming(PerformingContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.BackgroundJob.Job is not { } job) return;
        var parameters = job.Method.GetParameters();
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].GetCustomAttribute<FromParameterAttribute>(inherit: true) is not { } from) continue;
            var json = context.Connection.GetJobParameter(context.BackgroundJob.Id, from.ParameterName);
            if (json is not null) job.Replace(i, SerializationHelper.Deserialize(json, parameters[i].ParameterType, SerializationOption.User));
        }
    }

    public void OnPerformed(PerformedContext context)
    {
        // Nothing is to be undone.
    }
}
