namespace Orchestrator.Workflows.Definitions;

/// <summary>What starts a run of a workflow. A <c>cron_or_event</c> of the file becomes one of each.</summary>
public abstract record Trigger;

/// <summary>Dispatch by REST, command or code; always possible.</summary>
public sealed record ManualTrigger : Trigger;

/// <summary>A schedule. <paramref name="Expression"/> has five or six fields, <paramref name="TimeZone"/> is an IANA id.</summary>
public sealed record CronTrigger(string Expression, string TimeZone) : Trigger;

/// <summary>An intent event of one of these types.</summary>
public sealed record EventTrigger(IReadOnlyList<string> EventTypes) : Trigger;

/// <summary>A signed request. <paramref name="Secret"/> is the name of the configured secret that signs it, never the secret.</summary>
public sealed record WebhookTrigger(string Secret) : Trigger;
