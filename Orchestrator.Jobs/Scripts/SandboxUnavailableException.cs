namespace Orchestrator.Jobs.Scripts;

/// <summary>Scripts can't be run on this machine as it is; the message says what to install or set.</summary>
internal sealed class SandboxUnavailableException(string message) : Exception(message);
