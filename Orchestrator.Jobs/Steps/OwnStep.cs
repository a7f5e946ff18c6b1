using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Jobs.Steps;

/// <summary>A step type of the host: what files may give it, and how an attempt is made.</summary>
internal abstract class OwnStep(OwnStepType type, Type executor)
{
    public OwnStepType Type { get; } = type;

    /// <summary>The class that makes attempts; resolved in a scope of each.</summary>
    public Type Executor { get; } = executor;

    /// <exception cref="ArgumentException">It is no step, or its config can't be described.</exception>
    public static OwnStep Of(string name, Type executor)
    {
        var configs = executor.GetInterfaces()
            .Where(one => one.IsGenericType && one.GetGenericTypeDefinition() == typeof(IStep<>))
            .Select(one => one.GetGenericArguments()[0])
            .ToArray();
        if (configs is not [var config] || executor.IsAbstract)
        {
            throw new ArgumentException($"{executor} can't be a step: it has to be a class that implements IStep<TConfig> for one TConfig.");
        }

        var type = new OwnStepType(name, ConfigFields.Of(config))
        {
            Description = ConfigFields.Description(executor) ?? ConfigFields.Description(config),
        };
        return (OwnStep)Activator.CreateInstance(typeof(OwnStep<>).MakeGenericType(config), type, executor)!;
    }

    /// <summary>Makes an attempt in the scope of <paramref name="services"/>.</summary>
    public abstract Task<object?> RunAsync(IServiceProvider services, string config, StepContext step, CancellationToken cancellationToken);
}

/// <inheritdoc/>
internal sealed class OwnStep<TConfig>(OwnStepType type, Type executor) : OwnStep(type, executor)
    where TConfig : class
{
    public override Task<object?> RunAsync(
        IServiceProvider services, string config, StepContext step, CancellationToken cancellationToken)
    {
        return ((IStep<TConfig>)services.GetRequiredService(Executor)).RunAsync(Read(config, step), step, cancellationToken);
    }

    private static TConfig Read(string config, StepContext step)
    {
        try
        {
            return JsonSerializer.Deserialize<TConfig>(config, LibraryJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new StepFailedException($"Step '{step.StepId}': what it was given is no {typeof(TConfig).Name}: {e.Message}", isPermanent: true, e);
        }
    }
}
