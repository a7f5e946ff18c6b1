using Hangfire.AspNetCore;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hangfire;

/// <summary>Jobs in the services of an application.</summary>
public static class HangfireServiceCollectionExtensions
{
    public static IServiceCollection AddHangfire(this IServiceCollection services, Action<IGlobalConfiguration> configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddHangfire((_, entry) => configuration(entry));
    }

    /// <summary>Adds clients of the storage that <paramref name="configuration"/> chooses; it runs when one is first asked for.</summary>
    public static IServiceCollection AddHangfire(this IServiceCollection services, Action<IServiceProvider, IGlobalConfiguration> configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.TryAddSingleton(provider => Configure(provider, configuration));
        services.TryAddSingleton<IGlobalConfiguration>(static provider => provider.GetRequiredService<HostConfiguration>());
        services.TryAddSingleton(static provider => provider.GetRequiredService<HostConfiguration>().Storage ?? JobStorage.Current);
        services.TryAddSingleton(static provider => provider.GetRequiredService<HostConfiguration>().Activator
            ?? new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.TryAddSingleton<IJobFilterProvider>(static _ => JobFilterProviders.Providers);
        services.TryAddSingleton<IBackgroundJobFactory>(static provider => new BackgroundJobFactory(provider.GetRequiredService<IJobFilterProvider>()));
        services.TryAddSingleton<IBackgroundJobStateChanger>(static provider => new BackgroundJobStateChanger(provider.GetRequiredService<IJobFilterProvider>()));
        services.TryAddSingleton<IBackgroundJobClientV2>(static provider => new BackgroundJobClient(
            provider.GetRequiredService<JobStorage>(),
            provider.GetRequiredService<IBackgroundJobFactory>(),
            provider.GetRequiredService<IBackgroundJobStateChanger>()));
        services.TryAddSingleton<IBackgroundJobClient>(static provider => provider.GetRequiredService<IBackgroundJobClientV2>());
        services.AddRecurringJobs();
        return services;
    }

    public static IServiceCollection AddHangfireServer(this IServiceCollection services) => services.AddHangfireServer(static (_, _) => { });

    public static IServiceCollection AddHangfireServer(this IServiceCollection services, Action<BackgroundJobServerOptions> optionsAction)
    {
        ArgumentNullException.ThrowIfNull(optionsAction);
        return services.AddHangfireServer((_, options) => optionsAction(options));
    }

    /// <summary>Adds a server that runs with the host. It also runs the <see cref="IBackgroundProcess"/>es among the services.</summary>
    public static IServiceCollection AddHangfireServer(this IServiceCollection services, Action<IServiceProvider, BackgroundJobServerOptions> optionsAction)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(optionsAction);
        return services.AddSingleton<IHostedService>(provider => CreateServer(provider, optionsAction, storage: null, additionalProcesses: null));
    }

    public static IServiceCollection AddHangfireServer(this IServiceCollection services, JobStorage storage) =>
        services.AddHangfireServer(storage, []);

    public static IServiceCollection AddHangfireServer(this IServiceCollection services, JobStorage storage, IEnumerable<IBackgroundProcess> additionalProcesses) =>
        services.AddHangfireServer(static (_, _) => { }, storage, additionalProcesses);

    public static IServiceCollection AddHangfireServer(
        this IServiceCollection services, Action<IServiceProvider, BackgroundJobServerOptions> optionsAction, JobStorage storage) =>
        services.AddHangfireServer(optionsAction, storage, []);

    /// <summary>Adds a server of another storage than the host's, which also runs <paramref name="additionalProcesses"/>.</summary>
    public static IServiceCollection AddHangfireServer(
        this IServiceCollection services,
        Action<IServiceProvider, BackgroundJobServerOptions> optionsAction,
        JobStorage storage,
        IEnumerable<IBackgroundProcess> additionalProcesses)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(optionsAction);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(additionalProcesses);
        return services.AddSingleton<IHostedService>(provider => CreateServer(provider, optionsAction, storage, additionalProcesses));
    }

    private static BackgroundJobServerHostedService CreateServer(
        IServiceProvider provider,
        Action<IServiceProvider, BackgroundJobServerOptions> optionsAction,
        JobStorage? storage,
        IEnumerable<IBackgroundProcess>? additionalProcesses)
    {
        ThrowIfNotConfigured(provider);
        var options = new BackgroundJobServerOptions();
        optionsAction(provider, options);
        options.Activator ??= provider.GetRequiredService<JobActivator>();
        options.FilterProvider ??= provider.GetRequiredService<IJobFilterProvider>();
        options.TimeZoneResolver ??= provider.GetRequiredService<ITimeZoneResolver>();
        return new BackgroundJobServerHostedService(
            storage ?? provider.GetRequiredService<JobStorage>(),
            options,
            additionalProcesses ?? provider.GetServices<IBackgroundProcess>(),
            provider.GetService<IHostApplicationLifetime>()!);
    }

    private static void AddRecurringJobs(this IServiceCollection services)
    {
        services.TryAddSingleton<ITimeZoneResolver, DefaultTimeZoneResolver>();
        services.TryAddSingleton<ClientFactory>();
        services.TryAddSingleton<IBackgroundJobClientFactoryV2>(static provider => provider.GetRequiredService<ClientFactory>());
        services.TryAddSingleton<IBackgroundJobClientFactory>(static provider => provider.GetRequiredService<ClientFactory>());
        services.TryAddSingleton<IRecurringJobManagerFactoryV2>(static provider => provider.GetRequiredService<ClientFactory>());
        services.TryAddSingleton<IRecurringJobManagerFactory>(static provider => provider.GetRequiredService<ClientFactory>());
        services.TryAddSingleton<IRecurringJobManagerV2>(static provider =>
            provider.GetRequiredService<IRecurringJobManagerFactoryV2>().GetManagerV2(provider.GetRequiredService<JobStorage>()));
        services.TryAddSingleton<IRecurringJobManager>(static provider => provider.GetRequiredService<IRecurringJobManagerV2>());
    }

    private static void ThrowIfNotConfigured(IServiceProvider provider)
    {
        if (provider.GetService<IGlobalConfiguration>() is null)
            throw new InvalidOperationException("Jobs are not configured: call AddHangfire before AddHangfireServer.");
    }

    private static HostConfiguration Configure(IServiceProvider provider, Action<IServiceProvider, IGlobalConfiguration> configuration)
    {
        if (provider.GetService<ILoggerFactory>() is { } loggerFactory) LogProvider.SetCurrentLogProvider(new AspNetCoreLogProvider(loggerFactory));
        var host = new HostConfiguration();
        configuration(provider, host);
        return host;
    }
}
