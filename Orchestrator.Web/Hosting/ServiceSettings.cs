using Microsoft.Extensions.Options;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Web.Hosting;

/// <summary>A setting is missing or wrong; the message names it and what it may be.</summary>
internal sealed class SettingsException(string message) : Exception(message);

/// <summary>
/// What the service is told from outside: environment variables, <c>appsettings.json</c> beside the program, defaults.
/// </summary>
internal sealed record ServiceSettings
{
    public required IConfiguration Configuration { get; init; }

    public required OrchestratorOptions Options { get; init; }

    /// <summary>Null: one is made at the first start and kept.</summary>
    public string? AdminKey { get; init; }

    /// <summary>Where the service listens.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:5080";

    /// <exception cref="SettingsException">Something is wrong; everything that is, in one message.</exception>
    public static ServiceSettings Read()
    {
        var configuration = Load();
        var options = Bind(configuration);
        options.EdgeBaseUrl = Address(configuration["EDGE_BASE_URL"]) ?? options.EdgeBaseUrl;
        options.EdgeServiceJwt = Text(configuration["EDGE_SERVICE_JWT"]) ?? options.EdgeServiceJwt;
        options.WorkflowsFolder = Text(configuration["Workflows:Folder"]) ?? options.WorkflowsFolder;
        BindSections(configuration, options);
        options.ConnectionString = Connection(Text(configuration.GetConnectionString("Orchestrator"))) ?? options.ConnectionString;
        string[] problems = [.. UnknownSettings.In(configuration), .. options.Problems()];
        if (problems.Length > 0)
        {
            throw new SettingsException(string.Join(Environment.NewLine, problems));
        }

        return new ServiceSettings
        {
            Configuration = configuration,
            Options = options,
            AdminKey = AdminKeyOf(Text(configuration["ORCHESTRATOR_ADMIN_KEY"])),
            Urls = Text(configuration["ASPNETCORE_URLS"]) ?? "http://127.0.0.1:5080",
        };
    }

    /// <summary>Where the service looks for workflow files, whatever else is set.</summary>
    public static string WorkflowsFolder()
    {
        var configuration = Load();
        return ProjectFolders.OfThisProcess(Text(configuration["Workflows:Folder"]) ?? configuration["Orchestrator:WorkflowsFolder"]).Workflows;
    }

    private static IConfiguration Load() => new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .Build();

    private static OrchestratorOptions Bind(IConfiguration configuration)
    {
        try
        {
            return OrchestratorOptions.Bind(configuration.GetSection("Orchestrator"));
        }
        catch (OptionsValidationException e)
        {
            throw new SettingsException(e.Message);
        }
    }

    private static void BindSections(IConfiguration configuration, OrchestratorOptions options)
    {
        try
        {
            configuration.GetSection("Agents").Bind(options.Agents);
            configuration.GetSection("Notifications").Bind(options.Notifications);
            configuration.GetSection("Recovery").Bind(options.Recovery);
        }
        catch (InvalidOperationException e)
        {
            throw new SettingsException($"{e.Message} {e.InnerException?.Message}");
        }
    }

    private static string? Text(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();

    private static Uri? Address(string? value) => Text(value) is not { } text ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
        : throw new SettingsException($"EDGE_BASE_URL is '{Addresses.WithoutUser(text)}'; it has to be an absolute http or https address.");

    private static string? Connection(string? value) => OrchestratorOptions.ConnectionProblem(value) is { } problem
        ? throw new SettingsException(
            $"ConnectionStrings__Orchestrator is no connection string: {problem} Example: Host=db;Database=orchestrator;Username=app;Password=…")
        : value;

    private static string? AdminKeyOf(string? value) => value is null or { Length: >= 16 }
        ? value
        : throw new SettingsException("ORCHESTRATOR_ADMIN_KEY is too short; it has to have 16 characters or more.");
}
