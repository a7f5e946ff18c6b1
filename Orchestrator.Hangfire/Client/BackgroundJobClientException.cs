#pragma warning disable CS0618 // CreateJobFailedException is obsolete for others; it stays the base, as in the API that is supplied here.

namespace Hangfire.Client
{
    /// <summary>A job could not be made.</summary>
    [Obsolete("Catch BackgroundJobClientException.")]
    public class CreateJobFailedException(string message, Exception inner) : Exception(message, inner);
}

namespace Hangfire
{
    /// <summary>A job could not be made or moved.</summary>
    public class BackgroundJobClientException(string message, Exception inner) : Client.CreateJobFailedException(message, inner);
}
