using Microsoft.Extensions.Logging;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>What the embedded PostgreSQL tells.</summary>
internal static partial class EmbeddedPostgresLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL {Major}: new database files in {Folder}")]
    public static partial void Initialised(this ILogger logger, string folder, int major);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Folder}, left by a start that was killed, is still in use and stays for now: {Reason}")]
    public static partial void DraftStays(this ILogger logger, string folder, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL started on {Folder}, port {Port}, process {ProcessId}")]
    public static partial void Started(this ILogger logger, string folder, int port, int processId);

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL was up already on {Folder}, port {Port}: shared")]
    public static partial void Attached(this ILogger logger, string folder, int port);

    [LoggerMessage(Level = LogLevel.Information, Message = "PostgreSQL stopped on {Folder}")]
    public static partial void Stopped(this ILogger logger, string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "PostgreSQL on {Folder} could not be stopped: {Reason}")]
    public static partial void NotStopped(this ILogger logger, string folder, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A killed PostgreSQL left a lock file whose process number {ProcessId} is somebody else's now: removed")]
    public static partial void StaleLock(this ILogger logger, int processId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The user {User}, as whom PostgreSQL runs, can't reach {Folder}: the data lies in {Place}")]
    public static partial void Elsewhere(this ILogger logger, string? user, string folder, string place);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL on {Folder} is gone: starting it again")]
    public static partial void Gone(this ILogger logger, string folder);

    [LoggerMessage(Level = LogLevel.Critical, Message = "PostgreSQL came back on port {Port} instead of {Former}, which was taken: restart this process")]
    public static partial void Moved(this ILogger logger, int port, int former);

    [LoggerMessage(Level = LogLevel.Error, Message = "PostgreSQL on {Folder} could not be started again; next try in {Pause}")]
    public static partial void NotRestarted(this ILogger logger, string folder, TimeSpan pause, Exception reason);
}
