using Hangfire.Logging;
using Microsoft.AspNetCore.Http;

namespace Hangfire.Dashboard;

/// <summary>
/// What all commands have in common: only by POST, and not for those who may only look. A form that a browser has sent is
/// led back to its page, with what has become of it; a script gets the bare status.
/// </summary>
internal abstract class CommandDispatcherBase : IDashboardDispatcher
{
    public const string ReturnField = "return", DoneQuery = "done", FailedQuery = "failed";

    public async Task Dispatch(DashboardContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (context.IsReadOnly)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync("This dashboard is read-only for you.").ConfigureAwait(false);
            return;
        }

        var (done, failed, failure) = await ExecuteAsync(context).ConfigureAwait(false);
        var back = (await context.Request.GetFormValuesAsync(ReturnField).ConfigureAwait(false)).FirstOrDefault();
        if (back is not null && IsLocal(back))
        {
            var query = $"{DoneQuery}={done}" + (failed > 0 ? $"&{FailedQuery}={failed}" : "");
            var target = new UrlHelper(context).To(back) + (back.Contains('?', StringComparison.Ordinal) ? "&" : "?") + query;
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.GetHttpContext().Response.Headers.Location = target;
        }
        else
        {
            context.Response.StatusCode = failed == 0 ? StatusCodes.Status204NoContent : failure;
        }
    }

    protected abstract Task<(int Done, int Failed, int Failure)> ExecuteAsync(DashboardContext context);

    /// <summary>A path of the dashboard, not another site that is written like one.</summary>
    private static bool IsLocal(string path) =>
        path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\', StringComparison.Ordinal) && !path.Any(char.IsControl);
}

internal sealed class CommandDispatcher(Func<DashboardContext, bool> command) : CommandDispatcherBase
{
    protected override Task<(int Done, int Failed, int Failure)> ExecuteAsync(DashboardContext context)
    {
        var isDone = command(context);
        return Task.FromResult((isDone ? 1 : 0, isDone ? 0 : 1, StatusCodes.Status422UnprocessableEntity));
    }
}

/// <summary>One that fails does not keep the others from being done.</summary>
internal sealed class BatchCommandDispatcher(Action<DashboardContext, string> command) : CommandDispatcherBase
{
    private readonly ILog log = LogProvider.For<BatchCommandDispatcher>();

    protected override async Task<(int Done, int Failed, int Failure)> ExecuteAsync(DashboardContext context)
    {
        var (done, failed) = (0, 0);
        foreach (var id in await context.Request.GetFormValuesAsync("jobs[]").ConfigureAwait(false))
        {
            try
            {
                command(context, id);
                done++;
            }
            catch (Exception failure)
            {
                failed++;
                log.ErrorException($"The command {context.Request.Path} has failed.", failure);
            }
        }

        return (done, failed, StatusCodes.Status500InternalServerError);
    }
}
