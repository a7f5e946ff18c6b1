namespace Orchestrator.Jobs.Limits;

/// <summary>The lock of an exclusive step, held by one attempt of it.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Key">Its key in <c>autonomous_execution_locks</c>.</param>
/// <param name="Token">Higher than those of all that held it before.</param>
internal sealed record StepLock(string Tenant, string Key, long Token);
