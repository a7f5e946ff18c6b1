namespace Hangfire.Storage;

/// <summary>Names of what a storage may be asked for by <see cref="JobStorage.HasFeature"/>.</summary>
public static class JobStorageFeatures
{
    public static readonly string ExtendedApi = "Storage.ExtendedApi";

    public static readonly string JobQueueProperty = "Job.Queue";

    public static readonly string ProcessesInsteadOfComponents = "Storage.ProcessesInsteadOfComponents";

    /// <summary>The exception that says that a storage has no such feature.</summary>
    public static Exception GetNotSupportedException(string featureId) =>
        new NotSupportedException($"The current storage does not support the feature '{featureId}'.");

    public static class Connection
    {
        public static readonly string BatchedGetFirstByLowest = "Connection.BatchedGetFirstByLowestScoreFromSet";

        public static readonly string GetSetContains = "Connection.GetSetContains";

        public static readonly string GetUtcDateTime = "Connection.GetUtcDateTime";

        public static readonly string LimitedGetSetCount = "Connection.GetSetCount.Limited";
    }

    public static class Transaction
    {
        public static readonly string AcquireDistributedLock = "Transaction.AcquireDistributedLock";

        public static readonly string CreateJob = "Transaction.CreateJob";

        public static readonly string SetJobParameter = "Transaction.SetJobParameter";

        /// <summary>The feature of removing such a fetched job within a transaction.</summary>
        public static string RemoveFromQueue(Type fetchedJobType) => $"Transaction.RemoveFromQueue.{fetchedJobType.Name}";
    }

    public static class Monitoring
    {
        public static readonly string AwaitingJobs = "Monitoring.AwaitingJobs";

        public static readonly string DeletedStateGraphs = "Monitoring.DeletedStateGraphs";
    }
}
