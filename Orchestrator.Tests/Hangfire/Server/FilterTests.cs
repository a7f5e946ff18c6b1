using System.Collections.Concurrent;
using System.Globalization;
using Hangfire;
using Hangfire.Client;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Hangfire.Storage;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Server;

/// <summary>Filters of an application see and decide what they are to.</summary>
[TestFixture]
internal sealed class FilterTests : HangfireFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    [Test]
    public async Task StateFiltersSeeEveryState()
    {
        var id = Client.Enqueue<FilteredJobs>(jobs => jobs.Run(key))!;
        using var server = StartServer();
        await UntilStateAsync(id, "Succeeded");
        await UntilAsync(() => RecordAttribute.For(key).Count == 7, "the filters had heard of the end");
        RecordAttribute.For(key).Should().Equal("creating", "applied Enqueued", "unapplied Enqueued", "applied Processing", "performing", "unapplied Processing", "applied Succeeded");
        Rows("set").Should().Contain(row => Equals(row["key"], "own") && Equals(row["value"], id));
        Scalar<long>("select sum(value)::bigint from hangfire.counter where key = 'stats:succeeded'").Should().Be(1);
    }

    [Test]
    public async Task AStateFilterIsNotAskedAboutAJobThatWasMoved()
    {
        var id = Client.Enqueue<FilteredJobs>(jobs => jobs.Hold(key))!;
        using var server = StartServer();
        await TestJobs.For(key).Started.Task.WaitAsync(Patience);
        Execute("with s as (insert into hangfire.state (jobid, name, createdat) values ($1, 'Succeeded', now()) returning id) update hangfire.job set statename = 'Succeeded', stateid = s.id from s where job.id = $1", long.Parse(id));
        TestJobs.For(key).Gate.SetResult();
        await UntilAsync(() => Rows("jobqueue").Count == 0, "the job's place in the queue went");
        RecordAttribute.For(key).Should().NotContain("applied Succeeded");
    }

    [Test]
    public async Task AFilterMayElectAnotherState()
    {
        var id = Client.Enqueue<FilteredJobs>(jobs => jobs.Refused(key))!;
        using var server = StartServer();
        await UntilStateAsync(id, "Deleted");
        await UntilAsync(() => Rows("jobqueue").Count == 0, "the job's place in the queue went");
        TestJobs.For(key).Entered.Should().Be(0);
    }

    [Test]
    public async Task FiltersActByOrderAndTheWayBackInReverse()
    {
        var said = new ConcurrentQueue<string>();
        var filters = new JobFilterCollection();
        filters.Add(new Speaker("second", said), 2);
        filters.Add(new Speaker("first", said), 1);
        filters.Add(new Speaker("last", said) { Cancels = "performing" }, 3);
        var id = new BackgroundJobClient(Storage, new JobFilterProviderCollection(filters)).Enqueue<TestJobs>(jobs => jobs.Touch(key))!;
        using var server = StartServer(configure: options => options.FilterProvider = new JobFilterProviderCollection(filters));
        await UntilStateAsync(id, "Succeeded");
        TestJobs.For(key).Entered.Should().Be(0, "a filter has prevented it");
        said.Should().Equal(
            "first creating", "second creating", "last creating", "last created", "second created", "first created",
            "first performing", "second performing", "last performing", "second performed cancelled", "first performed cancelled");
    }

    [Test]
    public void AFilterMayPreventTheMakingOfAJob()
    {
        var said = new ConcurrentQueue<string>();
        var filters = new JobFilterCollection();
        filters.Add(new Speaker("first", said), 1);
        filters.Add(new Speaker("second", said) { Cancels = "creating" }, 2);
        filters.Add(new Speaker("last", said), 3);
        new BackgroundJobClient(Storage, new JobFilterProviderCollection(filters)).Enqueue<TestJobs>(jobs => jobs.Touch(key)).Should().BeNull();
        said.Should().Equal("first creating", "second creating", "first created cancelled");
        Rows("job").Should().BeEmpty();
    }

    [Test]
    public async Task AFilterMayHandleAnException()
    {
        var filters = new JobFilterCollection();
        filters.Add(new Speaker("only", []) { Handles = true });
        var id = Client.Enqueue<TestJobs>(jobs => jobs.Boom())!;
        using var server = StartServer(configure: options => options.FilterProvider = filters);
        await UntilStateAsync(id, "Succeeded");
    }

    [Test]
    public async Task AJobRunsInTheCultureOfItsMaker()
    {
        var previous = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
        var id = Client.Enqueue<FilteredJobs>(jobs => jobs.Culture())!;
        CultureInfo.CurrentCulture = previous;
        using var server = StartServer();
        await UntilStateAsync(id, "Succeeded");
        Rows("state").Should().Contain(static row => Equals(row["name"], "Succeeded") && ((string)row["data"]!).Contains("de-DE"));
    }

    [Test]
    public async Task AJobWithoutACultureRunsInTheDefaultOne()
    {
        var filters = new JobFilterProviderCollection(new JobFilterCollection { new CaptureCultureAttribute("fr-FR", captureDefault: false) });
        var id = new BackgroundJobClient(Storage, new JobFilterCollection()).Enqueue<FilteredJobs>(jobs => jobs.Culture())!;
        Rows("jobparameter").Should().BeEmpty();
        using var server = StartServer(configure: options => options.FilterProvider = filters);
        await UntilStateAsync(id, "Succeeded");
        Rows("state").Should().Contain(static row => Equals(row["name"], "Succeeded") && ((string)row["data"]!).Contains("fr-FR"));
    }

    [Record]
    public sealed class FilteredJobs
    {
        public Task Run(string key) => Task.CompletedTask;

        public async Task Hold(string key)
        {
            TestJobs.For(key).Enter();
            await TestJobs.For(key).Gate.Task;
        }

        [Refuse]
        public void Refused(string key) => TestJobs.For(key).Enter();

        public string Culture() => CultureInfo.CurrentCulture.Name;
    }

    private sealed class Speaker(string name, ConcurrentQueue<string> said) : IClientFilter, IServerFilter, IServerExceptionFilter
    {
        public string? Cancels { get; init; }

        public bool Handles { get; init; }

        public void OnCreating(CreatingContext context)
        {
            said.Enqueue($"{name} creating");
            context.Canceled = Cancels == "creating";
        }

        public void OnCreated(CreatedContext context) => said.Enqueue($"{name} created{(context.Canceled ? " cancelled" : "")}");

        public void OnPerforming(PerformingContext context)
        {
            said.Enqueue($"{name} performing");
            context.Canceled = Cancels == "performing";
        }

        public void OnPerformed(PerformedContext context) => said.Enqueue($"{name} performed{(context.Canceled ? " cancelled" : "")}");

        public void OnServerException(ServerExceptionContext filterContext) => filterContext.ExceptionHandled = Handles;
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class RefuseAttribute : JobFilterAttribute, IElectStateFilter
    {
        public void OnStateElection(ElectStateContext context)
        {
            if (context.CandidateState is ProcessingState) context.CandidateState = new DeletedState { Reason = "refused" };
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class RecordAttribute : JobFilterAttribute, IApplyStateFilter, IClientFilter, IServerFilter
    {
        private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> Records = new();

        public static IReadOnlyCollection<string> For(string key) => Records.GetOrAdd(key, static _ => new());

        public void OnStateApplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            Add(context.BackgroundJob.Job, $"applied {context.NewState.Name}");
            if (context.NewState.IsFinal) transaction.AddToSet("own", context.BackgroundJob.Id);
        }

        public void OnStateUnapplied(ApplyStateContext context, IWriteOnlyTransaction transaction)
        {
            if (context.OldStateName is not null) Add(context.BackgroundJob.Job, $"unapplied {context.OldStateName}");
        }

        public void OnCreating(CreatingContext context) => Add(context.Job, "creating");

        public void OnCreated(CreatedContext context)
        {
        }

        public void OnPerforming(PerformingContext context) => Add(context.BackgroundJob.Job, "performing");

        public void OnPerformed(PerformedContext context)
        {
        }

        private static void Add(Job? job, string what)
        {
            if (job?.Args is [string key]) Records.GetOrAdd(key, static _ => new()).Enqueue(what);
        }
    }
}
