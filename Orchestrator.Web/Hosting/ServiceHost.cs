using Orchestrator.Jobs.Hosting;
using Orchestrator.Web.Api;
using Orchestrator.Web.Auth;
using Orchestrator.Web.Runs;
using Orchestrator.Web.Samples;

namespace Orchestrator.Web.Hosting;

/// <summary>
/// The whole service: database, worker, API, and on a trial (own database, no base URL) the sample agent service.
/// Disposing it stops them in the reverse order.
/// </summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly SampleAgents? _samples;

    private ServiceHost(WebApplication app, SampleAgents? samples, AdminKey adminKey) =>
        (App, _samples, AdminKey) = (app, samples, adminKey);

    public WebApplication App { get; }

    public AdminKey AdminKey { get; }

    /// <summary>Where the sample agent service is; null: a real one is configured.</summary>
    public Uri? SampleAgents => _samples?.Address;

    /// <summary>Brings everything up to the point where the host can be started: the database is open, the workflows are loaded.</summary>
    /// <param name="settings">What was configured.</param>
    /// <param name="serve">Whether it listens; a command that works alone does not.</param>
    /// <param name="logging">Sets the log up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ServiceHost> CreateAsync(
        ServiceSettings settings, bool serve, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        var options = settings.Options;
        var samples = options is { EdgeBaseUrl: null, ConnectionString: null } ? await Samples.SampleAgents.StartAsync(cancellationToken) : null;
        if (samples is not null)
        {
            (options.EdgeBaseUrl, options.EdgeServiceJwt) = (samples.Address, samples.Token);
            (options.Agents.Endpoint, options.Agents.Token) = options.Agents.Endpoint is null
                ? (new Uri(samples.Address, SampleTasks.Path), samples.Token)
                : (options.Agents.Endpoint, options.Agents.Token);
        }

        var adminKey = AdminKey.Load(settings.AdminKey, options.Folders.Data);
        var host = new ServiceHost(Build(settings, serve, logging, adminKey), samples, adminKey);
        try
        {
            await host.App.Services.GetRequiredService<Preparation>().RunAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await (_samples?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    private static WebApplication Build(ServiceSettings settings, bool serve, Action<ILoggingBuilder> logging, AdminKey adminKey)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(settings.Configuration);
        builder.WebHost.UseUrls(serve ? settings.Urls : "http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = ApiLimits.MaxBodyBytes);
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddOrchestrator(settings.Options);
        builder.Services.AddOrchestratorAuth(adminKey, settings.Options);
        builder.Services.AddCookieSignIn(settings.Options);
        builder.Services.AddOrchestratorApi();
        var app = builder.Build();
        app.UseOrchestratorApi();
        app.MapDashboards();
        app.MapRunPages();
        return app;
    }
}
