using Hangfire.Client;
using Hangfire.Common;
using Hangfire.States;

namespace Hangfire;

/// <summary>Makes jobs and moves them, with the filters of this process. Safe to share between threads.</summary>
public class BackgroundJobClient : IBackgroundJobClientV2
{
    private readonly IBackgroundJobFactory factory;
    private readonly IBackgroundJobStateChanger stateChanger;

    public BackgroundJobClient()
        : this(JobStorage.Current)
    {
    }

    public BackgroundJobClient(JobStorage storage)
        : this(storage, JobFilterProviders.Providers)
    {
    }

    public BackgroundJobClient(JobStorage storage, IJobFilterProvider filterProvider)
        : this(storage, new BackgroundJobFactory(filterProvider), new BackgroundJobStateChanger(filterProvider))
    {
    }

    /// <summary>A client of <paramref name="storage"/>.</summary>
    public BackgroundJobClient(JobStorage storage, IBackgroundJobFactory factory, IBackgroundJobStateChanger stateChanger)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentNullException.ThrowIfNull(stateChanger);
        Storage = storage;
        this.factory = factory;
        this.stateChanger = stateChanger;
    }

    public JobStorage Storage { get; }

    /// <summary>As <see cref="BackgroundJobFactory.RetryAttempts"/>, which has to be the client's factory.</summary>
    public int RetryAttempts
    {
        get => (factory as BackgroundJobFactory)?.RetryAttempts ?? 0;
        set
        {
            if (factory is not BackgroundJobFactory own) throw new NotSupportedException($"The client's factory is no {nameof(BackgroundJobFactory)}.");
            own.RetryAttempts = value;
        }
    }

    /// <inheritdoc/>
    public string? Create(Job job, IState state) => Create(job, state, parameters: null);

    /// <inheritdoc/>
    /// <exception cref="BackgroundJobClientException">It could not be stored.</exception>
    public string? Create(Job job, IState state, IDictionary<string, object?>? parameters)
    {
        ArgumentNullException.ThrowIfNull(job);
        ArgumentNullException.ThrowIfNull(state);
        try
        {
            using var connection = Storage.GetConnection();
            var own = parameters is null ? null : new Dictionary<string, object?>(parameters);
            return factory.Create(new(Storage, connection, job, state, own))?.Id;
        }
        catch (Exception failure)
        {
            throw new BackgroundJobClientException("The job could not be made. See inner exception for the details.", failure);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="BackgroundJobClientException">It could not be moved.</exception>
    public bool ChangeState(string jobId, IState state, string? expectedState)
    {
        ArgumentNullException.ThrowIfNull(jobId);
        ArgumentNullException.ThrowIfNull(state);
        try
        {
            using var connection = Storage.GetConnection();
            var expected = expectedState is null ? null : new[] { expectedState };
            var applied = stateChanger.ChangeState(new(Storage, connection, jobId, state, expected, CancellationToken.None));
            return applied is not null && applied.Name.Equals(state.Name, StringComparison.OrdinalIgnoreCase);
        }
        catch (Exception failure)
        {
            throw new BackgroundJobClientException("The job's state could not be changed. See inner exception for the details.", failure);
        }
    }
}
