using Hangfire.Common;
using Hangfire.States;

namespace Hangfire.Client;

/// <summary>Runs the client's filters around the making of a job.</summary>
public class BackgroundJobFactory : IBackgroundJobFactory
{
    private readonly IJobFilterProvider filterProvider;
    private int retryAttempts;

    public BackgroundJobFactory()
        : this(JobFilterProviders.Providers)
    {
    }

    /// <summary>A factory that asks the filters of <paramref name="filterProvider"/>.</summary>
    public BackgroundJobFactory(IJobFilterProvider filterProvider)
    {
        ArgumentNullException.ThrowIfNull(filterProvider);
        this.filterProvider = filterProvider;
        StateMachine = new StateMachine(filterProvider);
    }

    public IStateMachine StateMachine { get; }

    /// <summary>
    /// How often storing a job is tried again while the database can't be reached. It makes one job: its id is known
    /// before. Default: 0.
    /// </summary>
    public int RetryAttempts
    {
        get => retryAttempts;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(RetryAttempts));
            retryAttempts = value;
        }
    }

    /// <inheritdoc/>
    public BackgroundJob? Create(CreateContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var filters = JobFilterSet.For(filterProvider, context.Job);
        context = new(context) { Factory = this };
        try
        {
            var created = Filter(context, filters.Client, 0);
            return created.Exception is null || created.ExceptionHandled ? created.BackgroundJob : throw created.Exception;
        }
        catch (Exception failure)
        {
            var exceptionContext = new ClientExceptionContext(context, failure);
            foreach (var filter in filters.ClientException.Reverse()) filter.OnClientException(exceptionContext);
            if (!exceptionContext.ExceptionHandled) throw;
            return null;
        }
    }

    private CreatedContext Filter(CreateContext context, IClientFilter[] filters, int index)
    {
        if (index == filters.Length)
            return new(context, NewJobWriter.Create(context, StateMachine), canceled: false, exception: null);

        var creating = new CreatingContext(context);
        filters[index].OnCreating(creating);
        if (creating.Canceled) return new(context, backgroundJob: null, canceled: true, exception: null);

        CreatedContext created;
        try
        {
            created = Filter(context, filters, index + 1);
        }
        catch (Exception failure)
        {
            created = new(context, backgroundJob: null, canceled: false, failure);
            filters[index].OnCreated(created);
            if (!created.ExceptionHandled) throw;
            return created;
        }

        filters[index].OnCreated(created);
        return created;
    }
}
