using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Hosting;

namespace Orchestrator.Web.Cli;

/// <summary><c>migrate</c>: the schemas <c>orchestrator</c> and <c>hangfire</c> of the configured database.</summary>
internal static class MigrateCommand
{
    public static Task<int> RunAsync(CancellationToken cancellationToken) => Failures.ShowAsync(async () =>
    {
        var settings = ServiceSettings.Read();
        await using var home = new DatabaseHome(settings.Options, settings.Options.Folders, NullLoggerFactory.Instance);
        var applied = await home.OpenAsync(cancellationToken);
        Console.WriteLine(applied == 0 ? "The database is up to date." : $"{applied} migrations applied.");
        return 0;
    });
}
