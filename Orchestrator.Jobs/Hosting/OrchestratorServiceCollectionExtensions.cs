using Hangfire;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Orchestrator.Jobs.Hosting;

/// <summary>The orchestrator as a part of any ASP.NET Core or worker host.</summary>
public static class OrchestratorServiceCollectionExtensions
{
    /// <summary>
    /// Adds the orchestrator: <see cref="IOrchestrator"/>, and, unless the role is <see cref="OrchestratorRole.Web"/>, the worker
    /// that runs steps. Needs no database: that is opened and migrated, and the workflows are loaded, when the host starts,
    /// before any of its services does. Wrong settings stop that start with their names.
    /// </summary>
    /// <param name="services">The host's.</param>
    /// <param name="configure">Says where the database is, where the workflows are, and what else is the host's own.</param>
    /// <exception cref="InvalidOperationException">The host has an orchestrator, or a Hangfire of its own, already.</exception>
    public static IServiceCollection AddOrchestrator(this IServiceCollection services, Action<OrchestratorOptions> configure)
    {
        var options = new OrchestratorOptions();
        configure(options);
        return services.AddOnce(options);
    }

    /// <summary>The same with settings of the configuration: <c>AddOrchestrator(builder.Configuration.GetSection("Orchestrator"))</c>.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="section">Settings by the names of the properties of <see cref="OrchestratorOptions"/>.</param>
    /// <param name="configure">What code adds to them, or sets over them.</param>
    /// <exception cref="InvalidOperationException">The host has an orchestrator, or a Hangfire of its own, already.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">A setting can't be read.</exception>
    public static IServiceCollection AddOrchestrator(
        this IServiceCollection services, IConfigurationSection section, Action<OrchestratorOptions>? configure = null)
    {
        var options = OrchestratorOptions.Bind(section);
        configure?.Invoke(options);
        return services.AddOnce(options);
    }

    /// <summary>Hangfire keeps one storage a host; ours is where the steps' jobs are.</summary>
    private static IServiceCollection AddOnce(this IServiceCollection services, OrchestratorOptions options)
    {
        if (services.Any(service => service.ServiceType == typeof(OrchestratorOptions)))
        {
            throw new InvalidOperationException("AddOrchestrator was called twice: a host has one orchestrator.");
        }

        return services.Any(service => service.ServiceType == typeof(JobStorage))
            ? throw new InvalidOperationException(
                "AddHangfire was called before AddOrchestrator, which brings a Hangfire with it: remove the call, and use IBackgroundJobClient " +
                "and IRecurringJobManager for jobs of your own on the same storage.")
            : services.AddOrchestrator(options);
    }
}
