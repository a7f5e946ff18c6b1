using System.Text.RegularExpressions;
using Hangfire;
using Hangfire.Server;
using Npgsql;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Faults;

/// <summary>Many rows that are over: expired ones, and ones that the database can't forget yet.</summary>
[TestFixture]
internal sealed partial class ManyRowsTests : HangfireFixture
{
    private const int Expired = 1_000_000, BatchSize = 1000;

    private readonly string key = Guid.NewGuid().ToString();

    [Test]
    public async Task AMillionExpiredJobsGoInBoundedBatchesAndOthersArePerformedMeanwhile()
    {
        Execute(
            $"""
            insert into hangfire.job (id, statename, invocationdata, arguments, createdat, expireat)
            select 10000000 + g, 'Succeeded', '{"{}"}', '[]', now(), now() - interval '1 minute' from generate_series(1, {Expired}) g
            """);
        Execute("create table public.batch (size bigint)");
        Execute("create function public.note() returns trigger language plpgsql as 'begin insert into public.batch select count(*) from gone; return null; end'");
        Execute("create trigger note after delete on hangfire.job referencing old table as gone for each statement execute function public.note()");

        using var stop = new CancellationTokenSource();
        using var server = StartServer(workers: 4);
        var deleting = new Housekeeping(Storage).DeleteExpiredAsync(stop.Token);
        for (var i = 0; i < 20; i++)
        {
            var performed = Client.Enqueue<TestJobs>(jobs => jobs.Touch(key))!;
            await UntilStateAsync(performed, "Succeeded");
            if (i == 10) await UntilAsync(() => Scalar<long>("select count(*) from public.batch where size > 0") > 20, "some were deleted");
        }

        deleting.IsCompletedSuccessfully.Should().BeFalse("jobs were performed while the deletion was under way");
        await stop.CancelAsync();
        await deleting.ContinueWith(static _ => { }, TaskScheduler.Default);
        Scalar<long>("select max(size) from public.batch").Should().Be(BatchSize);
        TestJobs.For(key).Entered.Should().Be(20);
    }

    [Test]
    public async Task AnOldTransactionDoesNotLetTheWorkOfAClaimGrow()
    {
        using var old = new NpgsqlConnection(ConnectionString);
        old.Open();
        using var transaction = old.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        using (var look = new NpgsqlCommand("select count(*) from hangfire.jobqueue", old)) look.ExecuteScalar();

        var few = await PerformAndCountAsync(500);
        var many = await PerformAndCountAsync(6000);
        many.FromTheStart.Should().BeGreaterThan(few.FromTheStart * 3, "what the old transaction could still see is in the way");
        many.BehindTheLast.Should().BeLessThan(few.BehindTheLast + 60);
    }

    [Test]
    public void LooksFromTheStartTakeATenthOfTheTimeAtMost()
    {
        var now = 0L;
        var window = new ClaimWindow(() => now);
        string[] queues = ["default"];
        Look(window, cost: TimeSpan.FromMilliseconds(5), job: 7);
        window.Begin(queues).IsWhole.Should().BeTrue("it was cheap");

        Look(window, cost: TimeSpan.FromMilliseconds(100), job: 9);
        var next = window.Begin(queues);
        next.IsWhole.Should().BeFalse();
        next.From.Should().Equal(10L);
        window.UntilWhole.Should().Be(TimeSpan.FromSeconds(1));
        window.End(next, []);
        window.IsPending.Should().BeTrue("what lies before has not been looked at");

        now += Ticks(TimeSpan.FromSeconds(1));
        window.Begin(queues).From.Should().Equal(0L);
        Look(window, cost: TimeSpan.FromMinutes(1), job: 9);
        window.UntilWhole.Should().Be(TimeSpan.FromSeconds(2), "a retry is never forgotten for longer");

        void Look(ClaimWindow window, TimeSpan cost, long job)
        {
            var look = window.Begin(queues);
            now += Ticks(cost);
            window.End(look, [Claimed(job)]);
        }
    }

    [Test]
    public async Task WhatLiesBeforeTheLastIsFoundAllTheSame()
    {
        var older = Client.Schedule<TestJobs>(jobs => jobs.Touch(key), TimeSpan.FromHours(1))!;
        using var server = StartServer();
        await UntilStateAsync(Client.Enqueue<TestJobs>(jobs => jobs.Touch("newer"))!, "Succeeded");
        Client.Requeue(older).Should().BeTrue();
        await UntilStateAsync(older, "Succeeded");
    }

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * System.Diagnostics.Stopwatch.Frequency);

    private static ClaimedJob Claimed(long id) => new()
    {
        JobId = id,
        QueueId = id,
        Queue = "default",
        Fence = 1,
        OldState = "Enqueued",
        WorkerId = "w",
        CreatedAt = DateTime.UnixEpoch,
        StartedAt = DateTime.UnixEpoch,
    };

    /// <summary>Performs so many, and then counts the pages that a claim on the empty queue reads.</summary>
    private async Task<(long FromTheStart, long BehindTheLast)> PerformAndCountAsync(int jobs)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, jobs), async (_, _) =>
        {
            await Task.Yield();
            Client.Enqueue<TestJobs>(each => each.Touch(key));
        });
        using (StartServer(workers: 20)) await UntilAsync(() => Scalar<long>("select count(*) from hangfire.jobqueue") == 0, "the queue was empty");
        var last = Scalar<long>("select max(id) from hangfire.job");
        return (PagesOf(0), PagesOf(last + 1));
    }

    private long PagesOf(long first)
    {
        using var connection = new NpgsqlConnection(ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand("explain (analyze, buffers, timing off) " + Storage.Database.Sql["ClaimJobs"], connection);
        foreach (var value in new object[] { new[] { "default" }, 20, "server", Enumerable.Repeat("w", 20).ToArray(), "2026-11-21T00:00:00Z", new[] { first } })
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        using var reader = command.ExecuteReader();
        while (reader.Read())
            if (Buffers().Match(reader.GetString(0)) is { Success: true } found) return long.Parse(found.Groups[1].Value) + (found.Groups[2].Success ? long.Parse(found.Groups[2].Value) : 0);
        return 0;
    }

    [GeneratedRegex(@"Buffers: shared hit=(\d+)(?: read=(\d+))?")]
    private static partial Regex Buffers();
}
