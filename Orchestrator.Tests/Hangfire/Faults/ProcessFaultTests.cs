using System.Globalization;
using Hangfire;
using Orchestrator.Tests.Hangfire.Support;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Hangfire.Faults;

/// <summary>Servers in processes of their own that are killed, paused, or have another time.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
internal sealed class ProcessFaultTests : HangfireFixture
{
    private readonly string key = Guid.NewGuid().ToString();

    [SetUp]
    public void PrepareTables() => Execute(RemoteJobs.Schema);

    [Test]
    public async Task TheJobOfAKilledProcessIsPerformedByAnother()
    {
        var id = Client.Enqueue<RemoteJobs>(jobs => jobs.Hold(key))!;
        using (var first = await StartChildAsync())
        {
            await UntilPerformedAsync(1);
            await first.KillAsync();
        }

        using var next = await StartChildAsync();
        await UntilPerformedAsync(2);
        OpenGate();
        await UntilStateAsync(id, "Succeeded");
        States(id).Should().Equal("Enqueued", "Processing", "Processing", "Succeeded");
    }

    [Test]
    public async Task APausedProcessComesBackTooLate()
    {
        var id = Client.Enqueue<RemoteJobs>(jobs => jobs.Hold(key))!;
        using var paused = await StartChildAsync();
        await UntilPerformedAsync(1);
        await paused.PauseAsync();

        using var other = await StartChildAsync();
        await UntilPerformedAsync(2);
        OpenGate();
        await UntilStateAsync(id, "Succeeded");

        // It ends its performance now, and hears that the job is not its own any more.
        await paused.ContinueAsync();
        await paused.FinishAsync();
        States(id).Should().Equal(["Enqueued", "Processing", "Processing", "Succeeded"], "its history says that it ran twice, and it succeeded once");
        Scalar<long>("select sum(value)::bigint from (select key, value from hangfire.counter union all select key, value from hangfire.aggregatedcounter) c where key = 'stats:succeeded'").Should().Be(1);
        Rows("jobqueue").Should().BeEmpty();
    }

    [Test]
    public async Task ALockIsFreeWhenItsHolderIsKilled()
    {
        Client.Enqueue<RemoteJobs>(jobs => jobs.Exclusive(key));
        using var first = await StartChildAsync();
        await UntilPerformedAsync(1);
        using var connection = Storage.GetConnection();
        connection.Invoking(static each => each.AcquireDistributedLock("exclusive", TimeSpan.Zero)).Should().Throw<global::Hangfire.Storage.DistributedLockTimeoutException>();
        await first.KillAsync();
        connection.AcquireDistributedLock("exclusive", Patience).Dispose();
    }

    [Test]
    public async Task ALockHoldsBetweenProcesses()
    {
        for (var i = 0; i < 4; i++) Client.Enqueue<RemoteJobs>(jobs => jobs.Exclusive(key));
        using var first = await StartChildAsync();
        using var other = await StartChildAsync();
        await UntilPerformedAsync(1);
        await UntilAsync(() => Scalar<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted") > 0, "somebody waited");
        Performed().Should().Be(1);
        OpenGate();
        await UntilPerformedAsync(4);
    }

    [TestCase("01:00:00")]
    [TestCase("-01:00:00")]
    public async Task TheDatabasesTimeDecides(string clockOffset)
    {
        using var child = await StartChildAsync(clockOffset);
        var manager = new RecurringJobManager(Storage);
        manager.AddOrUpdate<RemoteJobs>("secondly", jobs => jobs.Impatient("r"), "* * * * * *");
        var retried = Client.Enqueue<RemoteJobs>(jobs => jobs.FailFirst(key))!;
        var patient = Client.Schedule<RemoteJobs>(jobs => jobs.Impatient(key), TimeSpan.FromSeconds(1))!;
        await UntilStateAsync(retried, "Succeeded");
        await UntilStateAsync(patient, "Succeeded");
        await UntilAsync(() => Rows("jobparameter").Any(static row => Equals(row["name"], "RecurringJobId")), "the recurring job was fired");

        var due = Scalar<DateTime>("select (data ->> 'EnqueueAt')::timestamptz from hangfire.state where name = 'Scheduled' and jobid = $1", Id(retried));
        due.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(10));
        foreach (var time in Rows("jobparameter").Where(static row => Equals(row["name"], "Time")))
            DateTimeOffset.FromUnixTimeSeconds(long.Parse((string)time["value"]!, CultureInfo.InvariantCulture)).UtcDateTime.Should().BeCloseTo(DateTime.UtcNow, TimeSpan.FromMinutes(10));
    }

    [Test]
    public async Task AServerThatWasForgottenComesBackWithItsJobs()
    {
        var id = Client.Enqueue<RemoteJobs>(jobs => jobs.Hold(key))!;
        using var child = await StartChildAsync();
        await UntilPerformedAsync(1);
        Execute("delete from hangfire.server");
        await UntilAsync(() => Rows("server").Count == 1, "its next heartbeat announced it again");
        OpenGate();
        await UntilStateAsync(id, "Succeeded");
        Performed().Should().Be(1);
    }

    private static long Id(string id) => long.Parse(id, CultureInfo.InvariantCulture);

    private Task<ChildProcess> StartChildAsync(string clockOffset = "00:00:00") =>
        ChildProcess.StartAsync(ChildProgram.PerformJobs, ConnectionString, clockOffset);

    private void OpenGate() => Execute("insert into public.gate (key) values ($1)", key);

    private long Performed() => Scalar<long>("select count(*) from public.performed where key = $1", key);

    private Task UntilPerformedAsync(int times) => UntilAsync(() => Performed() >= times, $"the job was begun {times} times");

    private IEnumerable<object?> States(string id) => Rows("state").Where(row => Equals(row["jobid"], Id(id))).Select(static row => row["name"]);
}
