using System.Globalization;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;

namespace Hangfire.Recurring;

/// <summary>A recurring job as its hash and its place in the set store it. Only what changes is written back.</summary>
internal sealed class RecurringJobEntity
{
    /// <summary>The score of one that is not scheduled.</summary>
    private const double NoScore = -1;

    private readonly Dictionary<string, string> stored;

    private RecurringJobEntity(string id, double? score, Dictionary<string, string> stored)
    {
        Id = id;
        StoredScore = score;
        Score = score ?? NoScore;
        this.stored = stored;
        Queue = Text("Queue");
        Cron = Text("Cron");
        TimeZoneId = Text("TimeZoneId");
        Job = Text("Job");
        CreatedAt = Time("CreatedAt");
        NextExecution = Time("NextExecution");
        LastExecution = Time("LastExecution");
        LastJobId = Text("LastJobId");
        Error = Text("Error");
        RetryAttempt = Number("RetryAttempt");
        Misfire = (MisfireHandlingMode)Number("Misfire");
    }

    public string Id { get; }

    /// <summary>Its place when it was read, which fences what is decided on this reading; null: it is new.</summary>
    public double? StoredScore { get; }

    /// <summary>Seconds since 1970 when it is to be looked at.</summary>
    public double Score { get; private set; }

    public string? Queue { get; private set; }

    public string? Cron { get; private set; }

    public string? TimeZoneId { get; private set; }

    public DateTime? CreatedAt { get; private set; }

    public DateTime? NextExecution { get; private set; }

    public DateTime? LastExecution { get; private set; }

    public string? LastJobId { get; private set; }

    public string? Error { get; private set; }

    public int RetryAttempt { get; private set; }

    public MisfireHandlingMode Misfire { get; private set; }

    public string? Job { get; private set; }

    /// <summary>The occurrence that is due; a retry comes later than its occurrence.</summary>
    public DateTime Due
    {
        get
        {
            var place = JobHelper.FromTimestamp((long)Score);
            return NextExecution < place ? NextExecution.Value : place;
        }
    }

    public bool IsScheduled => Score >= 0;

    /// <summary>From stored fields; null or a missing place: it is new.</summary>
    public static RecurringJobEntity Read(string id, double? score, Dictionary<string, string>? fields) => new(id, score, fields ?? []);

    /// <summary>As it was read.</summary>
    public RecurringJobEntity Unchanged() => new(Id, StoredScore, stored);

    /// <summary>Sets what it does and when; true: its schedule is another one than before.</summary>
    public bool Define(Job job, string cron, string timeZoneId, RecurringJobOptions options, DateTime now)
    {
        var isRescheduled = Cron != cron || TimeZoneId != timeZoneId || !IsScheduled || !string.IsNullOrEmpty(Error);
        Queue = job.Queue ?? options.Queue;
        Cron = cron;
        TimeZoneId = timeZoneId;
        Job = InvocationData.SerializeJob(job).SerializePayload();
        CreatedAt ??= now;
        Misfire = options.MisfireHandling;
        return isRescheduled;
    }

    /// <summary>Waits for an occurrence (null: for none any more), with no failure behind it.</summary>
    public void ScheduleAt(DateTime? occurrence)
    {
        NextExecution = occurrence;
        Score = occurrence is null ? NoScore : JobHelper.ToTimestamp(occurrence.Value);
        (Error, RetryAttempt) = (null, 0);
    }

    /// <summary>Keeps its occurrence and is looked at again later.</summary>
    public void RetryAt(DateTime time, int attempt)
    {
        Score = Math.Ceiling((time - DateTime.UnixEpoch).TotalSeconds);
        RetryAttempt = attempt;
    }

    public void Fail(string error) => Error = error;

    public void Executed(DateTime at, string jobId) => (LastExecution, LastJobId) = (at, jobId);

    /// <summary>The call.</summary>
    /// <exception cref="JobLoadException">This process can't load it.</exception>
    public Job LoadJob() => InvocationData
        .DeserializePayload(Job ?? throw new JobLoadException($"The recurring job '{Id}' has no call.", inner: null)).DeserializeJob();

    public EnqueuedState Enqueued(Job job, string reason) =>
        new(string.IsNullOrEmpty(Queue) ? job.Queue ?? EnqueuedState.DefaultQueue : Queue) { Reason = reason };

    /// <summary>The fields that are not as they are stored.</summary>
    public List<KeyValuePair<string, string>> Changes()
    {
        var changes = new List<KeyValuePair<string, string>>();
        Add("Queue", Queue);
        Add("Cron", Cron);
        Add("TimeZoneId", TimeZoneId);
        Add("Job", Job);
        Add("CreatedAt", CreatedAt is null ? null : JobHelper.SerializeDateTime(CreatedAt.Value));
        Add("NextExecution", NextExecution is null ? "" : JobHelper.SerializeDateTime(NextExecution.Value));
        if (!stored.ContainsKey("V")) Add("V", "2");
        Add("LastExecution", LastExecution is null ? null : JobHelper.SerializeDateTime(LastExecution.Value));
        Add("LastJobId", LastJobId);
        if (stored.ContainsKey("Misfire") || Misfire != MisfireHandlingMode.Relaxed) Add("Misfire", Text((int)Misfire));
        if (stored.ContainsKey("Error") || Error is not null) Add("Error", Error ?? "");
        if (stored.ContainsKey("RetryAttempt") || RetryAttempt != 0) Add("RetryAttempt", Text(RetryAttempt));
        return changes;

        void Add(string field, string? value)
        {
            if (value is not null && (!stored.TryGetValue(field, out var known) || known != value)) changes.Add(new(field, value));
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string? Text(string field) => stored.GetValueOrDefault(field);

    private int Number(string field) => int.TryParse(Text(field), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>A time that can't be read is none: it must not keep the others from being fired.</summary>
    private DateTime? Time(string field)
    {
        try
        {
            return JobHelper.DeserializeNullableDateTime(Text(field));
        }
        catch (Exception failure) when (failure is FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
