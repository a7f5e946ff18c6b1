using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Web.Hosting;

namespace Orchestrator.Web.Cli;

/// <summary>What an operator can mend is said in a line or two, without a stack.</summary>
internal static class Failures
{
    /// <summary>Runs a command; the exit code of a failure that is explained is 1.</summary>
    public static async Task<int> ShowAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (Exception e) when (Explain(e) is { } explanation)
        {
            await Console.Error.WriteLineAsync(explanation);
            return 1;
        }
    }

    private static string? Explain(Exception error) => error switch
    {
        SettingsException or OptionsValidationException or EmbeddedPostgresException or MigrationException => error.Message,
        PostgresException postgres => $"PostgreSQL refused: {postgres.MessageText} (SQLSTATE {postgres.SqlState}). {Mending(postgres.SqlState)}",
        NpgsqlException or TimeoutException => $"The database can't be reached: {error.InnerException?.Message ?? error.Message}. "
            + "Check that it runs and answers, and Host and Port in ConnectionStrings__Orchestrator.",
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"{error.Message} Another service has that port: stop it, or set ASPNETCORE_URLS to a free one.",
        OperationCanceledException => "Stopped.",
        _ => null,
    };

    private static string Mending(string state) => state switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "Check Username and Password in ConnectionStrings__Orchestrator.",
        PostgresErrorCodes.InvalidCatalogName =>
            "Make the database (createdb), or check Database in ConnectionStrings__Orchestrator.",
        PostgresErrorCodes.InsufficientPrivilege =>
            "The user of ConnectionStrings__Orchestrator makes the schemas orchestrator and hangfire: grant create on database … to …, or name a user who may.",
        PostgresErrorCodes.TooManyConnections =>
            "Close others, raise the limit of the server, database or user, or lower Maximum Pool Size in ConnectionStrings__Orchestrator.",
        PostgresErrorCodes.ReadOnlySqlTransaction =>
            "ConnectionStrings__Orchestrator leads to a standby or a read-only database: name the primary.",
        PostgresErrorCodes.DiskFull => "Make room on the disk of the database that ConnectionStrings__Orchestrator names.",
        _ => "Check ConnectionStrings__Orchestrator, and that its user may do this.",
    };
}
