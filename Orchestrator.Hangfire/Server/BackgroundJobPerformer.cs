using Hangfire.Common;

namespace Hangfire.Server;

/// <summary>Runs the server's filters around a job's method. A method that returns a task holds no thread while it waits.</summary>
public class BackgroundJobPerformer : IBackgroundJobPerformer
{
    private readonly IJobFilterProvider filterProvider;
    private readonly JobActivator activator;

    public BackgroundJobPerformer()
        : this(JobFilterProviders.Providers)
    {
    }

    public BackgroundJobPerformer(IJobFilterProvider filterProvider)
        : this(filterProvider, JobActivator.Current)
    {
    }

    /// <summary>A performer that asks the filters of <paramref name="filterProvider"/> and makes objects by <paramref name="activator"/>.</summary>
    public BackgroundJobPerformer(IJobFilterProvider filterProvider, JobActivator activator)
    {
        ArgumentNullException.ThrowIfNull(filterProvider);
        ArgumentNullException.ThrowIfNull(activator);
        this.filterProvider = filterProvider;
        this.activator = activator;
    }

    /// <inheritdoc/>
    public object? Perform(PerformContext context) => PerformAsync(context).GetAwaiter().GetResult();

    internal async Task<object?> PerformAsync(PerformContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var filters = JobFilterSet.For(filterProvider, context.BackgroundJob.Job);
        try
        {
            return (await FilterAsync(context, filters.Server, 0).ConfigureAwait(false)).Result;
        }
        catch (Exception failure) when (filters.ServerException.Length > 0 && failure is not OperationCanceledException)
        {
            var cause = failure is JobPerformanceException ? failure.InnerException! : failure;
            var exceptionContext = new ServerExceptionContext(context, cause);
            foreach (var filter in filters.ServerException.Reverse()) filter.OnServerException(exceptionContext);
            if (!exceptionContext.ExceptionHandled) throw;
            return null;
        }
    }

    private async Task<PerformedContext> FilterAsync(PerformContext context, IServerFilter[] filters, int index)
    {
        if (index == filters.Length)
            return new(context, await JobInvoker.InvokeAsync(context, activator).ConfigureAwait(false), canceled: false, exception: null);

        var performing = new PerformingContext(context);
        filters[index].OnPerforming(performing);
        if (performing.Canceled) return new(context, result: null, canceled: true, exception: null);

        PerformedContext performed;
        try
        {
            performed = await FilterAsync(context, filters, index + 1).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            var cause = failure is JobPerformanceException ? failure.InnerException! : failure;
            performed = new(context, result: null, canceled: false, cause);
            filters[index].OnPerformed(performed);
            if (!performed.ExceptionHandled) throw;
            return performed;
        }

        filters[index].OnPerformed(performed);
        return performed;
    }
}
