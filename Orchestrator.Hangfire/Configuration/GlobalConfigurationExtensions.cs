using System.Globalization;
using Hangfire.Common;
using Hangfire.Logging;
using Hangfire.Logging.LogProviders;
using Newtonsoft.Json;

namespace Hangfire;

/// <summary>What can be configured.</summary>
public static partial class GlobalConfigurationExtensions
{
    /// <summary>The storage of jobs.</summary>
    public static IGlobalConfiguration<TStorage> UseStorage<TStorage>(this IGlobalConfiguration configuration, TStorage storage)
        where TStorage : JobStorage
    {
        if (HostConfiguration.Of(configuration) is { } host) host.Storage = storage;
        return configuration.Use(storage, static entry => JobStorage.Current = entry);
    }

    /// <summary>How long ended jobs are kept.</summary>
    public static IGlobalConfiguration<TStorage> WithJobExpirationTimeout<TStorage>(this IGlobalConfiguration<TStorage> configuration, TimeSpan timeout)
        where TStorage : JobStorage
    {
        configuration.Entry.JobExpirationTimeout = timeout;
        return configuration;
    }

    /// <summary>What makes the objects of jobs.</summary>
    public static IGlobalConfiguration<TActivator> UseActivator<TActivator>(this IGlobalConfiguration configuration, TActivator activator)
        where TActivator : JobActivator
    {
        if (HostConfiguration.Of(configuration) is { } host) host.Activator = activator;
        return configuration.Use(activator, static entry => JobActivator.Current = entry);
    }

    public static IGlobalConfiguration<JobActivator> UseDefaultActivator(this IGlobalConfiguration configuration) =>
        configuration.UseActivator(new JobActivator());

    /// <summary>Where messages go.</summary>
    public static IGlobalConfiguration<TLogProvider> UseLogProvider<TLogProvider>(this IGlobalConfiguration configuration, TLogProvider provider)
        where TLogProvider : ILogProvider =>
        configuration.Use(provider, static entry => LogProvider.SetCurrentLogProvider(entry));

    /// <summary>A filter of every job.</summary>
    public static IGlobalConfiguration<TFilter> UseFilter<TFilter>(this IGlobalConfiguration configuration, TFilter filter) =>
        configuration.Use(filter, static entry => GlobalJobFilters.Filters.Add(entry!));

    /// <summary>Where more filters come from.</summary>
    public static IGlobalConfiguration<TFilterProvider> UseFilterProvider<TFilterProvider>(this IGlobalConfiguration configuration, TFilterProvider filterProvider)
        where TFilterProvider : IJobFilterProvider =>
        configuration.Use(filterProvider, static entry => JobFilterProviders.Providers.Add(entry));

    /// <summary>How names of types are read.</summary>
    public static IGlobalConfiguration UseTypeResolver(this IGlobalConfiguration configuration, Func<string, Type> typeResolver)
    {
        TypeHelper.CurrentTypeResolver = typeResolver;
        return configuration;
    }

    /// <summary>How names of types are written.</summary>
    public static IGlobalConfiguration UseTypeSerializer(this IGlobalConfiguration configuration, Func<Type, string> typeSerializer)
    {
        TypeHelper.CurrentTypeSerializer = typeSerializer;
        return configuration;
    }

    public static IGlobalConfiguration UseDefaultTypeResolver(this IGlobalConfiguration configuration) =>
        configuration.UseTypeResolver(TypeHelper.DefaultTypeResolver);

    public static IGlobalConfiguration UseDefaultTypeSerializer(this IGlobalConfiguration configuration) =>
        configuration.UseTypeSerializer(TypeHelper.DefaultTypeSerializer);

    public static IGlobalConfiguration UseIgnoredAssemblyVersionTypeResolver(this IGlobalConfiguration configuration) =>
        configuration.UseTypeResolver(TypeHelper.IgnoredAssemblyVersionTypeResolver);

    public static IGlobalConfiguration UseSimpleAssemblyNameTypeSerializer(this IGlobalConfiguration configuration) =>
        configuration.UseTypeSerializer(TypeHelper.SimpleAssemblyTypeSerializer);

    public static IGlobalConfiguration UseRecommendedSerializerSettings(this IGlobalConfiguration configuration) =>
        configuration.UseRecommendedSerializerSettings(static _ => { });

    /// <summary>The settings for arguments and results that are the default here, changed as <paramref name="settingsConfiguration"/> says.</summary>
    public static IGlobalConfiguration UseRecommendedSerializerSettings(this IGlobalConfiguration configuration, Action<JsonSerializerSettings> settingsConfiguration)
    {
        ArgumentNullException.ThrowIfNull(settingsConfiguration);
        var settings = SerializationHelper.CreateDefaultSettings();
        settingsConfiguration(settings);
        return configuration.UseSerializerSettings(settings);
    }

    /// <summary>The settings for arguments and results of jobs.</summary>
    public static IGlobalConfiguration UseSerializerSettings(this IGlobalConfiguration configuration, JsonSerializerSettings? settings)
    {
        SerializationHelper.SetUserSerializerSettings(settings);
        return configuration;
    }

    /// <summary>Gives continuations what their parents have left: see <see cref="FromResultAttribute"/> and <see cref="FromExceptionAttribute"/>.</summary>
    public static IGlobalConfiguration UseResultsInContinuations(this IGlobalConfiguration configuration)
    {
        GlobalJobFilters.Filters.Remove<ContinuationsSupportAttribute>();
        GlobalJobFilters.Filters.Add(new ContinuationsSupportAttribute(pushResults: true));
        GlobalJobFilters.Filters.Remove<JobParameterInjectionFilter>();
        return configuration.UseFilter(new JobParameterInjectionFilter());
    }

    public static IGlobalConfiguration UseDefaultCulture(this IGlobalConfiguration configuration, CultureInfo culture) =>
        configuration.UseDefaultCulture(culture, culture, captureDefault: true);

    public static IGlobalConfiguration UseDefaultCulture(this IGlobalConfiguration configuration, CultureInfo culture, bool captureDefault) =>
        configuration.UseDefaultCulture(culture, culture, captureDefault);

    public static IGlobalConfiguration UseDefaultCulture(this IGlobalConfiguration configuration, CultureInfo culture, CultureInfo uiCulture) =>
        configuration.UseDefaultCulture(culture, uiCulture, captureDefault: true);

    /// <summary>The cultures of jobs that were stored without one; <paramref name="captureDefault"/>: whether these are stored all the same.</summary>
    public static IGlobalConfiguration UseDefaultCulture(this IGlobalConfiguration configuration, CultureInfo culture, CultureInfo uiCulture, bool captureDefault)
    {
        ArgumentNullException.ThrowIfNull(culture);
        ArgumentNullException.ThrowIfNull(uiCulture);
        GlobalJobFilters.Filters.Remove<CaptureCultureAttribute>();
        GlobalJobFilters.Filters.Add(new CaptureCultureAttribute(culture.Name, uiCulture.Name, captureDefault));
        return configuration;
    }

    /// <summary>Messages go nowhere.</summary>
    public static IGlobalConfiguration<ILogProvider> UseNoOpLogProvider(this IGlobalConfiguration configuration) =>
        configuration.UseLogProvider<ILogProvider>(new SilentLogProvider());

    public static IGlobalConfiguration<ColouredConsoleLogProvider> UseColouredConsoleLogProvider(this IGlobalConfiguration configuration) =>
        configuration.UseLogProvider(new ColouredConsoleLogProvider());

    /// <summary>Messages go to the console.</summary>
    public static IGlobalConfiguration<ColouredConsoleLogProvider> UseColouredConsoleLogProvider(this IGlobalConfiguration configuration, LogLevel minLevel) =>
        configuration.UseLogProvider(new ColouredConsoleLogProvider(minLevel));

    /// <summary>Uses <paramref name="entry"/> in a way of one's own.</summary>
    public static IGlobalConfiguration<T> Use<T>(this IGlobalConfiguration configuration, T entry, Action<T> entryAction)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(entryAction);
        entryAction(entry);
        return new ChainedConfiguration<T>(configuration, entry);
    }
}

/// <summary>The format of stored data.</summary>
public static class CompatibilityLevelExtensions
{
    /// <summary>Accepted for the official supplier's sake: here one format is written, and all are read.</summary>
    public static IGlobalConfiguration SetDataCompatibilityLevel(this IGlobalConfiguration configuration, CompatibilityLevel compatibilityLevel)
    {
        if (!Enum.IsDefined(compatibilityLevel)) throw new ArgumentOutOfRangeException(nameof(compatibilityLevel));
        return configuration;
    }
}
