namespace Hangfire
{
    /// <summary>Tells a running job that it is to end.</summary>
    public interface IJobCancellationToken
    {
        /// <summary>Cancelled when the server shuts down; aborting the job leaves it as it is.</summary>
        CancellationToken ShutdownToken { get; }

        /// <summary>Ends the job, if it is to end.</summary>
        /// <exception cref="OperationCanceledException">The server shuts down.</exception>
        /// <exception cref="Server.JobAbortedException">The job is not this worker's any more.</exception>
        void ThrowIfCancellationRequested();
    }

    /// <summary>A token for calling a job's method in a test.</summary>
    public class JobCancellationToken(bool canceled) : IJobCancellationToken
    {
        /// <summary>To be written in a job's expression; the worker puts the real one in its place.</summary>
        public static IJobCancellationToken? Null => null;

        public CancellationToken ShutdownToken { get; } = new(canceled);

        public void ThrowIfCancellationRequested() => ShutdownToken.ThrowIfCancellationRequested();
    }
}

namespace Hangfire.Server
{
    /// <summary>The job was moved to another state, or to another worker, while it ran.</summary>
    public class JobAbortedException : OperationCanceledException;

    /// <summary>The job's method has thrown.</summary>
    public class JobPerformanceException : Exception
    {
        public JobPerformanceException(string message, Exception innerException)
            : this(message, innerException, jobId: null)
        {
        }

        /// <summary>Wraps what the method of job <paramref name="jobId"/> has thrown.</summary>
        public JobPerformanceException(string message, Exception innerException, string? jobId)
            : base(message, innerException) => JobId = jobId;

        public string? JobId { get; }
    }
}
