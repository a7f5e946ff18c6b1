using Microsoft.Extensions.Logging;

namespace Orchestrator.Jobs.Hosting;

/// <summary>Every line that this assembly logs.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The database can't be reached: {Count} recordings wait and are tried again in {Wait} ms: {Message}")]
    public static partial void CannotRecord(ILogger logger, int count, double wait, string message);

    [LoggerMessage(2, LogLevel.Warning, "Took {Steps} steps back from workers that are gone: {Workers}")]
    public static partial void TookBack(ILogger logger, int steps, string workers);

    [LoggerMessage(3, LogLevel.Warning, "Sweeping failed and is tried again: {Message}")]
    public static partial void SweepFailed(ILogger logger, string message, Exception? error);

    [LoggerMessage(55, LogLevel.Warning, "Leases of steps under way could not be renewed, which is tried again: {Message}")]
    public static partial void LeasesNotKept(ILogger logger, string message, Exception? error);

    [LoggerMessage(56, LogLevel.Information, "Leases are renewed again")]
    public static partial void LeasesKept(ILogger logger);

    [LoggerMessage(58, LogLevel.Warning, "The database can't be reached: step {Step} of run {Run} is tried again in {Wait} ms: {Message}")]
    public static partial void CannotSteer(ILogger logger, Storage.RunId run, string step, double wait, string message);

    [LoggerMessage(57, LogLevel.Warning, "Run {Run} can't go on by itself here, and is left for a minute: {Message}")]
    public static partial void RecoveryLeft(ILogger logger, Storage.RunId run, string message);

    [LoggerMessage(14, LogLevel.Information, "Sweeping goes on")]
    public static partial void SweepsAgain(ILogger logger);

    [LoggerMessage(4, LogLevel.Information, "Worker {Worker} ({Name}) is here")]
    public static partial void WorkerRegistered(ILogger logger, int worker, string name);

    [LoggerMessage(5, LogLevel.Warning, "Worker {Worker} lost the connection that says it is alive; where others have given it up meanwhile it comes back under a new number: {Message}")]
    public static partial void WorkerLost(ILogger logger, int worker, string message);

    [LoggerMessage(6, LogLevel.Warning, "{Runs} runs were not done in time and have failed")]
    public static partial void Overdue(ILogger logger, int runs);

    [LoggerMessage(50, LogLevel.Information, "{Runs} runs were cancelled: the steps that waited for them have ended")]
    public static partial void Orphans(ILogger logger, int runs);

    [LoggerMessage(7, LogLevel.Warning, "{Steps} queued steps had no delivery under way and were delivered again")]
    public static partial void Redelivered(ILogger logger, int steps);

    [LoggerMessage(8, LogLevel.Error, "{Diagnostic}")]
    public static partial void BadWorkflow(ILogger logger, string diagnostic);

    [LoggerMessage(9, LogLevel.Information, "Workflow {Key}: version {Version} from {Source}")]
    public static partial void WorkflowStored(ILogger logger, string key, int version, string source);

    [LoggerMessage(10, LogLevel.Warning, "Waking other workers failed; they find the work by polling: {Message}")]
    public static partial void NotifyFailed(ILogger logger, string message);

    [LoggerMessage(11, LogLevel.Warning, "The database can't be reached: {Count} steps wait to be claimed and are tried again in {Wait} ms: {Message}")]
    public static partial void CannotClaim(ILogger logger, int count, double wait, string message);

    [LoggerMessage(12, LogLevel.Warning, "The database can't be reached: what a step reads is loaded again in {Wait} ms: {Message}")]
    public static partial void CannotLoad(ILogger logger, double wait, string message);

    [LoggerMessage(31, LogLevel.Warning, "The database can't be reached: a step's event or alert is written again in {Wait} ms: {Message}")]
    public static partial void CannotReport(ILogger logger, double wait, string message);

    [LoggerMessage(30, LogLevel.Warning, "The database can't be reached: a step's token or lock is asked for again in {Wait} ms: {Message}")]
    public static partial void CannotAdmit(ILogger logger, double wait, string message);

    [LoggerMessage(31, LogLevel.Warning, "Step {Step} of run {Run} has lost its lock and is stopped")]
    public static partial void LockLost(ILogger logger, Storage.RunId run, int step);

    [LoggerMessage(32, LogLevel.Warning, "The lock {Key} could not be given back and is free when it expires: {Message}")]
    public static partial void LockKept(ILogger logger, string key, string message);

    [LoggerMessage(13, LogLevel.Information, "Worker {Worker} is connected again and keeps its steps")]
    public static partial void WorkerBack(ILogger logger, int worker);

    [LoggerMessage(22, LogLevel.Error, "Step {Step} of run {Run} is given back to a worker that can read its workflow: {Message}")]
    public static partial void GivenBack(ILogger logger, Storage.RunId run, int step, string message);

    [LoggerMessage(23, LogLevel.Warning, "Workflow {Key} could not be dispatched for {Occurrence}: {Message}")]
    public static partial void CronRefused(ILogger logger, string key, DateTime occurrence, string message);

    [LoggerMessage(24, LogLevel.Information, "An operator's {Action} in Hangfire is carried out: run {Run}, step {Step}")]
    public static partial void Reacted(ILogger logger, Operators.OperatorAction action, Storage.RunId run, int step);

    [LoggerMessage(25, LogLevel.Warning, "The database can't be reached: what an operator did in Hangfire is looked at again in {Wait} ms: {Message}")]
    public static partial void CannotReact(ILogger logger, double wait, string message);

    [LoggerMessage(26, LogLevel.Warning, "What an operator did in Hangfire to step {Step} of run {Run} is left to the sweeper: {Message}")]
    public static partial void ReactionFailed(ILogger logger, Storage.RunId run, int step, string message);

    [LoggerMessage(27, LogLevel.Information, "The attempt of step {Step} of run {Run} is stopped: the step has ended without it")]
    public static partial void AttemptStopped(ILogger logger, Storage.RunId run, int step);

    [LoggerMessage(15, LogLevel.Warning, "Event {EventId}: `match` of workflow {Key} can't be evaluated and counts as false: {Message}")]
    public static partial void MatchFailed(ILogger logger, Guid eventId, string key, string message);

    [LoggerMessage(16, LogLevel.Warning, "Event {EventId} did not start workflow {Key}: {Message}")]
    public static partial void EventRefused(ILogger logger, Guid eventId, string key, string message);

    [LoggerMessage(17, LogLevel.Warning, "{Events} collected events did not start workflow {Key} and are dropped: {Message}")]
    public static partial void CollectionDropped(ILogger logger, int events, string key, string message);

    [LoggerMessage(20, LogLevel.Information, "Workflow {Key} is withdrawn: {File} is gone")]
    public static partial void WorkflowWithdrawn(ILogger logger, string key, string file);

    [LoggerMessage(21, LogLevel.Warning, "The folder {Folder} could not be taken over and is looked at again: {Message}")]
    public static partial void FolderFailed(ILogger logger, string folder, string message);

    [LoggerMessage(40, LogLevel.Warning, "`script` steps run without network namespaces (Orchestrator:Scripts:AllowWithoutNamespaces): what escapes a script has this machine's network")]
    public static partial void ScriptsAreOpen(ILogger logger);

    [LoggerMessage(30, LogLevel.Warning, "Autonomous cycles can't be carried on and are tried again in a second: {Message}")]
    public static partial void CycleStands(ILogger logger, string message, Exception? exception);

    [LoggerMessage(31, LogLevel.Error, "A step of autonomous cycle {Job} failed ({Failures} of {Max}; then it is given up)")]
    public static partial void CycleStepFailed(ILogger logger, long job, int failures, int max, Exception exception);

    [LoggerMessage(32, LogLevel.Warning, "Agent {Agent} could not be evaluated in autonomous cycle {Job}: {Message}")]
    public static partial void EvaluationFailed(ILogger logger, long agent, long job, string message);

    [LoggerMessage(52, LogLevel.Warning, "The database did not take an order for {Runs} runs, tried again in {Wait} ms: {Message}")]
    public static partial void CannotOrder(ILogger logger, int runs, double wait, string message);

    [LoggerMessage(53, LogLevel.Warning, "Run {Run}: step {Step}, whose time has come, could not have its turn here: {Message}")]
    public static partial void TimedStepFailed(ILogger logger, Storage.RunId run, int step, string message);

    [LoggerMessage(54, LogLevel.Warning, "The database can't be reached: who gets a slot is looked at again in {Wait} ms: {Message}")]
    public static partial void CannotLookAtSlots(ILogger logger, double wait, string message);
}
