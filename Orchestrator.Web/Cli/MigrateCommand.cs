using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Storage;
using Orchestrator.Web.Hosting;

namespace Orchestrator.Web.Cli;

/// <summary><c>migrate</c>: the schemas <c>orchestrator</c> and <c>hangfire</c> of the configured database.</summary>
internal static class MigrateCommand
{
    public static Task<int> RunAsync(CancellationToken cancellationToken) => Failures.ShowAsync(async () =>
    {
        var settings = ServiceSettings.Read();
        await using var home = await DatabaseHome.OpenAsync(settings, NullLogger.Instance, cancellationToken);
        await using var database = Database.Open(home.ConnectionString);
        var applied = await PreparedDatabase.MigrateAsync(database, NullLogger.Instance, cancellationToken);
        Console.WriteLine(applied == 0 ? "The database is up to date." : $"{applied} migrations applied.");
        return 0;
    });
}
