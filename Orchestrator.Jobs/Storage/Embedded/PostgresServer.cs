using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>
/// One data folder and the server that runs on it. Every member expects the caller to hold the start lock.
/// </summary>
/// <remarks>
/// A server that was killed leaves <c>postmaster.pid</c> and, for about a second, processes of its own; both are
/// waited out or cleared here, and PostgreSQL's own recovery does the rest. A server whose service was killed is
/// still up, and is used as it is.
/// </remarks>
internal sealed class PostgresServer(
    ServerFolders folders,
    ServerAccount account,
    PostgresBinaries binaries,
    EmbeddedPostgresOptions options,
    string password,
    ILogger logger)
{
    /// <summary>The name of the superuser, whom the services connect as.</summary>
    public const string UserName = "orchestrator";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly string _clusterName = ServerConfiguration.ClusterName(password);

    /// <summary>The running server, if it is up.</summary>
    public PostmasterFile? Running =>
        PostmasterFile.Read(folders.Data) is { } file && file.State() == ServerState.Ready ? file : null;

    /// <summary>Makes the database files when there are none, and brings the server up when it is not.</summary>
    public async Task<PostmasterFile> EnsureRunningAsync(CancellationToken cancellation)
    {
        if (!folders.HasData)
        {
            await InitialiseAsync(cancellation);
        }

        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var file = PostmasterFile.Read(folders.Data);
            var state = file?.State() ?? ServerState.Absent;
            if (state == ServerState.Ready)
            {
                return file!;
            }

            var waiting = Stopwatch.GetElapsedTime(since);
            if (state == ServerState.Absent && await TryStartAsync(file, waiting, cancellation) is { } started)
            {
                return started;
            }

            ThrowWhenLate(state, waiting);
            await Task.Delay(Pause, cancellation);
        }
    }

    /// <summary>Stops the server; what is committed is safe in either way, <paramref name="immediately"/> leaves recovery to the next start.</summary>
    public async Task StopAsync(bool immediately, CancellationToken cancellation)
    {
        string[] arguments = ["stop", "-s", "-w", "-D", folders.Data, "-m", immediately ? "immediate" : "fast"];
        var result = await ServerCommand.RunAsync(binaries.PgCtl, arguments, account.UserName, cancellation);
        if (result.Succeeded)
        {
            logger.Stopped(folders.Data);
        }
        else
        {
            logger.NotStopped(folders.Data, result.Output);
        }
    }

    private async Task InitialiseAsync(CancellationToken cancellation)
    {
        foreach (var left in folders.Drafts)
        {
            DeleteDraft(left);
        }

        var draft = folders.NewDraft();
        Directory.CreateDirectory(draft);
        try
        {
            await account.OwnAsync(draft, cancellation);
            await RunInitDbAsync(draft, cancellation);
            ServerConfiguration.Include(draft);
            Directory.Move(draft, folders.Data);
        }
        catch
        {
            DeleteDraft(draft);
            throw;
        }

        logger.Initialised(folders.Data, binaries.Major);
    }

    private async Task RunInitDbAsync(string draft, CancellationToken cancellation)
    {
        File.Delete(folders.InitialPassword);
        OwnerOnlyFile.Create(folders.InitialPassword, password);
        try
        {
            await account.OwnAsync(folders.InitialPassword, cancellation);
            string[] arguments =
            [
                "-N", "--no-locale", "-E", "UTF8", "-A", "scram-sha-256", "-U", UserName,
                "--pwfile", folders.InitialPassword, "-D", draft,
            ];
            var result = await ServerCommand.RunAsync(binaries.InitDb, arguments, account.UserName, cancellation);
            if (!result.Succeeded)
            {
                throw NotStartable("initdb failed", result.Output);
            }
        }
        finally
        {
            File.Delete(folders.InitialPassword);
        }
    }

    /// <summary>Throws a draft away, or leaves it to a later start when an <c>initdb</c> still writes there.</summary>
    private void DeleteDraft(string draft)
    {
        try
        {
            Directory.Delete(draft, recursive: true);
        }
        catch (IOException busy)
        {
            logger.DraftStays(draft, busy.Message);
        }
    }

    /// <summary>One attempt; null when it has to be made again, throws when that would not help.</summary>
    private async Task<PostmasterFile?> TryStartAsync(PostmasterFile? stale, TimeSpan waiting, CancellationToken cancellation)
    {
        if (ServerProcesses.LeftBy(_clusterName).Count > 0)
        {
            return null;
        }

        ClearStale(stale);
        var written = ServerLog.Rotate(folders.Log);
        var port = ServerConfiguration.ChoosePort(folders.Configuration);
        ServerConfiguration.Write(folders.Configuration, options.Settings, _clusterName, port);
        await PrepareLogAsync(cancellation);
        var seconds = ((int)options.StartTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        string[] arguments = ["start", "-s", "-w", "-t", seconds, "-D", folders.Data, "-l", folders.Log];
        var result = await ServerCommand.RunAsync(binaries.PgCtl, arguments, account.UserName, cancellation);
        if (Running is { } running)
        {
            logger.Started(folders.Data, running.Port, running.ProcessId);
            return running;
        }

        var said = ServerLog.Since(folders.Log, written);
        var again = ServerLog.Classify(said) is StartFailure.Lingering or StartFailure.PortTaken && waiting < options.LingerTimeout;
        return again ? null : throw NotStartable("the server did not start", said.Length > 0 ? said : result.Output);
    }

    /// <summary>
    /// PostgreSQL clears a file whose process is gone by itself, with a check of its shared memory that we want to
    /// keep. It can't where the number belongs to somebody else by now, or to a dead process that nobody waits for.
    /// </summary>
    private void ClearStale(PostmasterFile? stale)
    {
        if (stale is not null && ServerProcesses.Exists(stale.ProcessId))
        {
            logger.StaleLock(stale.ProcessId);
            File.Delete(Path.Combine(folders.Data, PostmasterFile.Name));
        }
    }

    private async Task PrepareLogAsync(CancellationToken cancellation)
    {
        if (!File.Exists(folders.Log))
        {
            OwnerOnlyFile.Create(folders.Log, "");
            await account.OwnAsync(folders.Log, cancellation);
        }
    }

    private void ThrowWhenLate(ServerState state, TimeSpan waiting)
    {
        if (waiting < (state == ServerState.Changing ? options.StartTimeout : options.LingerTimeout))
        {
            return;
        }

        var left = ServerProcesses.LeftBy(_clusterName);
        throw new EmbeddedPostgresException(
            EmbeddedPostgresProblem.Busy,
            state == ServerState.Changing
                ? $"The server in {folders.Data} has been starting or stopping for {waiting.TotalSeconds:0} s; its log is {folders.Log}."
                : $"Processes of a killed server still use {folders.Data} after {waiting.TotalSeconds:0} s: end {string.Join(", ", left)}.");
    }

    /// <summary>A server on a full disk may not even get a word into its log. It needs a segment of its write-ahead log at least.</summary>
    private bool HasRoom() => new DriveInfo(folders.Place).AvailableFreeSpace >= 16 * 1024 * 1024;

    private EmbeddedPostgresException NotStartable(string what, string said) =>
        ServerLog.Classify(said) == StartFailure.DiskFull || !HasRoom()
            ? new EmbeddedPostgresException(
                EmbeddedPostgresProblem.DiskFull,
                $"{what}: the disk of {folders.Place} is full, or this user may write no more there. Make room and start again: " +
                $"nothing that was committed is lost. PostgreSQL said: {ServerLog.Tail(said)}")
            : new EmbeddedPostgresException(
                EmbeddedPostgresProblem.NotStartable, $"{what} in {folders.Place}. PostgreSQL said: {ServerLog.Tail(said)}");
}
