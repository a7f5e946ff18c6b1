namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>Why the embedded PostgreSQL is not available.</summary>
internal enum EmbeddedPostgresProblem
{
    /// <summary>No usable binaries on this machine.</summary>
    NoBinaries,

    /// <summary>The folder holds something that we did not make; it was not touched.</summary>
    ForeignFolder,

    /// <summary>The data was made by another major version than the binaries found.</summary>
    OtherVersion,

    /// <summary>The disk is full.</summary>
    DiskFull,

    /// <summary>The current user may not use the folder.</summary>
    NoAccess,

    /// <summary>Another process held the start lock, or a killed server's processes stayed, for too long.</summary>
    Busy,

    /// <summary>The server refused to start; the message carries its last log lines.</summary>
    NotStartable,
}

/// <summary>The embedded PostgreSQL can't be used; the message says what to do about it.</summary>
internal sealed class EmbeddedPostgresException(EmbeddedPostgresProblem problem, string message, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>The kind of trouble, for those who react to it.</summary>
    public EmbeddedPostgresProblem Problem { get; } = problem;
}
