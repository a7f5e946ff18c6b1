using Microsoft.Extensions.Logging;
using Npgsql;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>
/// The PostgreSQL that the service brings along when no connection string is set: loopback only, password made at the
/// first start, never as root. Processes share it; the last one out stops it.
/// </summary>
/// <remarks>
/// States of the server: absent, starting or stopping, ready. Changes are made under an exclusive lock; every user
/// holds a shared one for life. A user that is killed frees both at once and leaves the server up: the next one
/// attaches, and stops it when it is the last. A killed server is brought back by the users that are left, or by the
/// next start.
/// </remarks>
internal sealed class EmbeddedPostgres : IAsyncDisposable
{
    /// <summary>The database that the service uses.</summary>
    public const string DatabaseName = "orchestrator";

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(60);
    private readonly ServerFolders _folders;
    private readonly PostgresServer _server;
    private readonly ServerWatch _watch;
    private readonly FileLock _use;
    private readonly string _password;
    private int _disposed;

    private EmbeddedPostgres(
        ServerFolders folders, PostgresServer server, ServerWatch watch, FileLock use, string password, PostmasterFile running)
    {
        (_folders, _server, _watch, _use, _password) = (folders, server, watch, use, password);
        ProcessId = running.ProcessId;
        Port = running.Port;
    }

    /// <summary>The server's TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The server's process when we came; a restart after a crash gives it another.</summary>
    public int ProcessId { get; }

    /// <summary>Where the data really lies.</summary>
    public string DataFolder => _folders.Data;

    /// <summary>The connection string of the database <c>orchestrator</c>.</summary>
    public string ConnectionString => ConnectionStringFor(DatabaseName);

    /// <summary>The connection string of another database on this server.</summary>
    public string ConnectionStringFor(string database) => EmbeddedDatabase.ConnectionString(Port, _password, database);

    /// <summary>Starts the server, or attaches to it when it is up; makes what is missing.</summary>
    /// <exception cref="EmbeddedPostgresException">It can't be used; the message says why and what to do.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(
        EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            var folders = ServerFolders.At(options.DataFolder);
            using var gate = await FileLock.TakeAsync(folders.StartLock, shared: false, options.StartTimeout, cancellation)
                ?? throw new EmbeddedPostgresException(
                    EmbeddedPostgresProblem.Busy,
                    $"Another process has been starting PostgreSQL in {folders.Home} for {options.StartTimeout.TotalSeconds:0} s.");
            return await StartLockedAsync(folders, options, logger, cancellation);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new EmbeddedPostgresException(
                EmbeddedPostgresProblem.NoAccess,
                $"{denied.Message} It may belong to another user: start as that one, or set ORCHESTRATOR_DATA to another folder.", denied);
        }
        catch (IOException trouble)
        {
            var full = ServerLog.Classify(trouble.Message) == StartFailure.DiskFull;
            throw new EmbeddedPostgresException(
                full ? EmbeddedPostgresProblem.DiskFull : EmbeddedPostgresProblem.NotStartable,
                $"PostgreSQL could not be started in {options.DataFolder}: {trouble.Message}", trouble);
        }
    }

    /// <summary>Leaves the server; stops it when nobody else uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _watch.DisposeAsync();
        using var gate = await FileLock.TakeAsync(_folders.StartLock, shared: false, StopTimeout, CancellationToken.None);
        await LeaveAsync(_folders, _server, _use);
    }

    private static async Task<EmbeddedPostgres> StartLockedAsync(
        ServerFolders home, EmbeddedPostgresOptions options, ILogger logger, CancellationToken cancellation)
    {
        var password = OwnerOnlyFile.ReadOrCreatePassword(home.Password);
        var account = await ServerAccount.ForAsync(home.Data, cancellation);
        var folders = await home.ReachableAsync(account, password, options.FallbackFolder, cancellation);
        if (folders.Place != home.Place)
        {
            logger.Elsewhere(account.UserName, home.Home, folders.Place);
        }

        folders.RefuseForeignData();
        var binaries = await PostgresBinaries.FindAsync(options.Binaries, account, folders.DataVersion, cancellation);
        var server = new PostgresServer(folders, account, binaries, options, password, logger);
        var use = FileLock.TryTake(folders.UseLock, shared: true)
            ?? throw new EmbeddedPostgresException(EmbeddedPostgresProblem.Busy, $"{folders.UseLock} is held by something else.");
        try
        {
            if (server.Running is { } up)
            {
                logger.Attached(folders.Data, up.Port);
            }

            var running = await server.EnsureRunningAsync(cancellation);
            await EmbeddedDatabase.EnsureAsync(running.Port, password, cancellation);
            var watch = new ServerWatch(server, folders, running, options.StartTimeout, logger);
            return new EmbeddedPostgres(folders, server, watch, use, password, running);
        }
        catch (NpgsqlException refused)
        {
            await LeaveAsync(folders, server, use);
            throw new EmbeddedPostgresException(
                EmbeddedPostgresProblem.NotStartable,
                refused.SqlState is PostgresErrorCodes.InvalidPassword
                    ? $"{home.Password} is not the password that the data in {folders.Data} was made with. Put the right file back, or move the data away."
                    : $"PostgreSQL in {folders.Data} is up but refused us: {refused.Message}",
                refused);
        }
        catch
        {
            await LeaveAsync(folders, server, use);
            throw;
        }
    }

    /// <summary>Under the start lock: if no shared lock is left besides ours, nobody can come in before it is stopped.</summary>
    private static async Task LeaveAsync(ServerFolders folders, PostgresServer server, FileLock use)
    {
        use.Dispose();
        using var last = FileLock.TryTake(folders.UseLock, shared: false);
        if (last is not null && server.Running is not null)
        {
            await server.StopAsync(immediately: false, CancellationToken.None);
        }
    }
}
