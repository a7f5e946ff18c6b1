using Hangfire.Client;
using Hangfire.PostgreSql;
using Hangfire.Recurring;

namespace Hangfire.Server;

/// <summary>
/// Makes jobs of recurring ones when they are due. It sleeps until the next one is, for the polling delay at most, and is
/// woken when this process adds or changes one.
/// </summary>
public class RecurringJobScheduler : IBackgroundProcess
{
    private static readonly TimeSpan DefaultPollingDelay = TimeSpan.FromSeconds(15), ShortestWait = TimeSpan.FromMilliseconds(10);

    /// <summary>An occurrence that is later than this was missed; what a busy scheduler is late by was not.</summary>
    private static readonly TimeSpan MisfireThreshold = TimeSpan.FromMinutes(1);

    private readonly IBackgroundJobFactory factory;
    private readonly TimeSpan pollingDelay;
    private readonly ITimeZoneResolver timeZoneResolver;

    public RecurringJobScheduler()
        : this(new BackgroundJobFactory())
    {
    }

    public RecurringJobScheduler(IBackgroundJobFactory factory)
        : this(factory, DefaultPollingDelay)
    {
    }

    public RecurringJobScheduler(IBackgroundJobFactory factory, TimeSpan pollingDelay)
        : this(factory, pollingDelay, new DefaultTimeZoneResolver())
    {
    }

    /// <summary>A scheduler that makes jobs by <paramref name="factory"/>; those of other processes are seen after <paramref name="pollingDelay"/>.</summary>
    public RecurringJobScheduler(IBackgroundJobFactory factory, TimeSpan pollingDelay, ITimeZoneResolver timeZoneResolver)
    {
        ArgumentNullException.ThrowIfNull(factory);
        ArgumentNullException.ThrowIfNull(timeZoneResolver);
        ArgumentOutOfRangeException.ThrowIfLessThan(pollingDelay, TimeSpan.Zero);
        this.factory = factory;
        this.pollingDelay = pollingDelay;
        this.timeZoneResolver = timeZoneResolver;
    }

    /// <summary>Fires what is due and waits.</summary>
    /// <exception cref="NotSupportedException">The storage is not <see cref="PostgreSqlStorage"/>.</exception>
    public void Execute(BackgroundProcessContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Storage is not PostgreSqlStorage storage) throw new NotSupportedException($"Recurring jobs are kept in {nameof(PostgreSqlStorage)} only.");

        // It listens before it looks, so that nothing comes between.
        var signal = new Signal();
        using var listening = storage.Signals.ListenToRecurring(signal);
        var table = new RecurringJobTable(storage);
        var threshold = pollingDelay * 2 > MisfireThreshold ? pollingDelay * 2 : MisfireThreshold;
        var next = new RecurringPass(storage, table, new(storage, table, factory), timeZoneResolver, threshold).Run(context.StoppingToken);
        signal.Wait(WaitFor(next), context.StoppingToken);
    }

    public override string ToString() => GetType().Name;

    private TimeSpan WaitFor(TimeSpan? next)
    {
        if (next is null || next >= pollingDelay) return pollingDelay;
        return next > ShortestWait ? next.Value : ShortestWait;
    }
}
