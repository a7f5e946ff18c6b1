using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Web.Cli;

/// <summary><c>serve</c>: the API and the worker, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Task<int> RunAsync(CancellationToken cancellationToken) => Failures.ShowAsync(async () =>
    {
        var settings = ServiceSettings.Read();
        ListenAddresses.Check(settings.Urls);
        await using var host = await ServiceHost.CreateAsync(settings, serve: true, Logging.Serve(settings.Configuration), cancellationToken);
        await host.App.StartAsync(cancellationToken);
        Greet(host, settings);
        await host.App.WaitForShutdownAsync(cancellationToken);
        return 0;
    });

    /// <summary>What to try next, ready to paste.</summary>
    private static void Greet(ServiceHost host, ServiceSettings settings)
    {
        var address = host.App.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var folder = settings.Options.Folders.Workflows;
        var files = WorkflowFolder.Read(folder, StepCatalog.BuiltIn);
        Console.WriteLine($"Serving on {address}, {files.Count(file => file.Definition is not null)} workflows from {folder}");
        if (host.SampleAgents is { } samples)
        {
            Console.WriteLine($"EDGE_BASE_URL is not set: calls go to the sample agent service on {samples}");
        }

        if (host.AdminKey.File is { } file && files.FirstOrDefault(file => file.Definition is { Readiness: null })?.Definition is { } first)
        {
            Console.WriteLine($"Admin key in {file}. Try:");
            Console.WriteLine($"  curl -X POST {address}/api/runs -H \"Authorization: Bearer $(cat {file})\" -H 'Content-Type: application/json' -d '{{\"workflow_key\": \"{first.Key}\", \"user_id\": \"me\"}}'");
        }
    }
}

/// <summary>How much the commands log, and where.</summary>
internal static class Logging
{
    public static Action<ILoggingBuilder> Serve(IConfiguration configuration) => logging => logging
        .AddConfiguration(configuration.GetSection("Logging"))
        .AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat) = (true, "HH:mm:ss "))
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
        .AddFilter("Hangfire", LogLevel.Warning);

    /// <summary>A command that prints its own result logs what goes wrong, to standard error.</summary>
    public static Action<ILoggingBuilder> Quiet { get; } = logging => logging
        .AddSimpleConsole(console => console.SingleLine = true)
        .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace)
        .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error)
        .SetMinimumLevel(LogLevel.Warning);
}
