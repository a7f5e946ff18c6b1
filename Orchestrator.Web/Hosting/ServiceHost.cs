using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Web.Api;
using Orchestrator.Web.Auth;
using Orchestrator.Web.Samples;

namespace Orchestrator.Web.Hosting;

/// <summary>
/// The whole service: database, worker, API, and on a trial (own database, no base URL) the sample agent service.
/// Disposing it stops them in the reverse order.
/// </summary>
internal sealed class ServiceHost : IAsyncDisposable
{
    private readonly DatabaseHome _home;
    private readonly PreparedDatabase _database;
    private readonly SampleAgents? _samples;

    private ServiceHost(WebApplication app, DatabaseHome home, PreparedDatabase database, SampleAgents? samples, AdminKey adminKey) =>
        (App, _home, _database, _samples, AdminKey) = (app, home, database, samples, adminKey);

    public WebApplication App { get; }

    public AdminKey AdminKey { get; }

    /// <summary>Where the sample agent service is; null: a real one is configured.</summary>
    public Uri? SampleAgents => _samples?.Address;

    /// <summary>Brings everything up to the point where the host can be started.</summary>
    /// <param name="settings">What was configured.</param>
    /// <param name="serve">Whether it listens; a command that works alone does not.</param>
    /// <param name="logging">Sets the log up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<ServiceHost> CreateAsync(
        ServiceSettings settings, bool serve, Action<ILoggingBuilder> logging, CancellationToken cancellationToken)
    {
        using var startLog = LoggerFactory.Create(logging);
        var home = await DatabaseHome.OpenAsync(settings, startLog.CreateLogger("Orchestrator.Postgres"), cancellationToken);
        PreparedDatabase? database = null;
        SampleAgents? samples = null;
        try
        {
            database = await PreparedDatabase.CreateAsync(
                home.ConnectionString, startLog.CreateLogger("Orchestrator.Migrations"), cancellationToken);
            samples = settings.Options.EdgeBaseUrl is null && home.IsEmbedded ? await Samples.SampleAgents.StartAsync(cancellationToken) : null;
            if (samples is not null)
            {
                (settings.Options.EdgeBaseUrl, settings.Options.EdgeServiceJwt) = (samples.Address, samples.Token);
            }

            var adminKey = AdminKey.Load(settings.AdminKey, settings.Folders.Data);
            var app = Build(settings, serve, logging, database, adminKey);
            await app.Services.GetRequiredService<WorkflowFolder>().LoadAsync(cancellationToken);
            return new ServiceHost(app, home, database, samples, adminKey);
        }
        catch
        {
            await (samples?.DisposeAsync() ?? ValueTask.CompletedTask);
            await (database?.DisposeAsync() ?? ValueTask.CompletedTask);
            await home.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await (_samples?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _database.DisposeAsync();
        await _home.DisposeAsync();
    }

    private static WebApplication Build(
        ServiceSettings settings, bool serve, Action<ILoggingBuilder> logging, PreparedDatabase database, AdminKey adminKey)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(settings.Configuration);
        builder.WebHost.UseUrls(serve ? settings.Urls : "http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = ApiLimits.MaxBodyBytes);
        builder.Logging.ClearProviders();
        logging(builder.Logging);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.Services.AddOrchestratorCore(database, settings.Options).AddWorkflowFolder(settings.Folders).AddOrchestratorWorker(settings.Options);
        builder.Services.AddOrchestratorAuth(adminKey, settings.Options);
        builder.Services.AddOrchestratorApi();
        var app = builder.Build();
        app.UseOrchestratorApi();
        return app;
    }
}
