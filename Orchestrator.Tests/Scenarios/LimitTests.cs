using System.Globalization;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>
/// Limits that several processes share. <c>ORCHESTRATOR_CHAOS=long</c>: the buckets for a minute, with a thousand callers a
/// process.
/// </summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
internal sealed class LimitTests
{
    private const string Lease = "00:00:05";

    /// <summary>Longer than any test waits.</summary>
    private const string LongLease = "00:10:00";

    private const string Booking = """
        key: booking
        steps:
          - {id: book, url: '{target}/book', method: POST, exclusive: ledger, timeout_ms: 120000}
        """;

    [Test]
    public async Task Three_processes_are_granted_no_more_than_the_bucket_allows_and_hardly_less()
    {
        var (callers, seconds) = ChaosSize.IsLong ? (1000, 60) : (300, 5);
        const double capacity = 50, rate = 200;
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync(TokenTaker.Schema);
        var children = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ChildProcess.StartAsync(
            ChildProgram.TakeTokens, database.ConnectionString, Number(callers), Number(seconds))));
        await database.ExecuteAsync(FormattableString.Invariant(
            $"insert into orchestrator.rate_limits (rl_key, tokens, capacity, refill_rate) values ('{TokenTaker.Key}', {capacity}, {capacity}, {rate})"));
        var start = await database.ScalarAsync<DateTime>("select clock_timestamp()");

        await Task.WhenAll(children.Select(child => child.FinishAsync()));

        var passed = (await database.ScalarAsync<DateTime>($"select last_refill from orchestrator.rate_limits where rl_key = '{TokenTaker.Key}'") - start).TotalSeconds;
        var granted = await database.ScalarAsync<decimal>("select sum(tokens) from public.granted");
        var left = await database.ScalarAsync<double>($"select tokens from orchestrator.rate_limits where rl_key = '{TokenTaker.Key}'");
        await TestContext.Progress.WriteLineAsync(FormattableString.Invariant(
            $"{granted} tokens in {passed:0.000} s, {granted / (decimal)(capacity + rate * passed):P3} of what the bucket allows; {left:0.0} left"));
        // What flows over a full bucket while a busy machine lets no process ask is lost.
        ((double)granted).Should().BeLessThanOrEqualTo(capacity + rate * passed).And.BeGreaterThanOrEqualTo(0.9 * (capacity + rate * passed));
    }

    [Test]
    public async Task Steps_of_two_processes_start_no_faster_than_the_bucket_gives_though_one_is_killed()
    {
        const int runs = 160;
        const double capacity = 10, rate = 40;
        await using var service = await TestService.StartAsync(TestService.WithoutWorkers);
        await service.PutAsync(FormattableString.Invariant($$$"""
            key: limited
            steps:
              - {id: call, url: '{{{service.Target.Address.AbsoluteUri.TrimEnd('/')}}}/call', method: POST, rate_limit: {key: k, capacity: {{{capacity}}}, refill_per_second: {{{rate}}}}}
            """));
        await Task.WhenAll(Enumerable.Range(0, runs).Select(_ => service.DispatchAsync(new DispatchRequest { WorkflowKey = "limited" })));
        using var first = await ChildProcess.StartAsync(ChildProgram.WorkOnSteps, service.Database.ConnectionString, "01:00:00", Lease);
        using var second = await ChildProcess.StartAsync(ChildProgram.WorkOnSteps, service.Database.ConnectionString, "-01:00:00", Lease);

        await service.Target.SeenAsync(runs / 3);
        await first.KillAsync();
        await Eventually.IsTrueAsync(
            () => service.Database.ScalarAsync<bool>("select not exists (select from orchestrator.workflow_runs where finished_at is null)"), "the end of all runs");

        var requests = service.Target.RequestsTo("/call");
        requests.Select(request => request.Key).Distinct().Should().HaveCount(runs);
        var last = (requests[^1].At - requests[0].At).TotalSeconds;
        await TestContext.Progress.WriteLineAsync(FormattableString.Invariant(
            $"{requests.Count} starts in {last:0.00} s, {requests.Count / (capacity + rate * last):P1} of what the bucket gives"));

        // No token is taken before its step was claimed, and no request is sent before its token is there.
        var start = await service.Database.ScalarAsync<DateTime>("select min(started_at) from orchestrator.job_queue");
        requests.Index().Where(one => one.Index + 1 > capacity + rate * (one.Item.At - start).TotalSeconds).Should().BeEmpty();
        (await service.Database.ScalarAsync<int>("select max(attempts - lost)::int from orchestrator.job_queue")).Should().Be(1);
        (await service.Database.ScalarAsync<long>("select count(*) from orchestrator.step_waits")).Should().Be(0);
    }

    [Test]
    public async Task A_holder_that_is_killed_is_followed_at_once_and_an_hour_wrong_clock_changes_nothing()
    {
        await using var scene = await LedgerAsync();
        using var first = await scene.WorkAsync("01:00:00", LongLease);
        var held = await scene.StartAsync();
        await scene.IsInsideAsync(1);
        using var second = await scene.WorkAsync("-01:00:00", LongLease);
        var behind = await scene.StartAsync();
        await scene.Service.UntilAsync(behind, run => run["book"].WaitingFor == "exclusive:ledger", "the wait");

        await first.KillAsync();
        // The killed one's caller is still inside: as with any request, the target learns of it by its token alone.
        await scene.IsInsideAsync(2);
        scene.Open();
        await scene.SucceedAsync(held, behind);

        scene.Accepted.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        scene.MostAccepted.Should().Be(1);
    }

    [Test]
    public async Task A_holder_that_was_paused_past_its_expiry_is_refused_by_the_resource()
    {
        await using var scene = await LedgerAsync();
        using var first = await scene.WorkAsync("00:00:00");
        var held = await scene.StartAsync();
        await scene.IsInsideAsync(1);
        await first.PauseAsync();
        using var second = await scene.WorkAsync("00:00:00");

        await scene.IsInsideAsync(2);
        scene.Open();
        var run = await scene.Service.EndAsync(held);
        await first.ContinueAsync();
        await first.FinishAsync();

        run.Status.Should().Be("success");
        run["book"].Should().Match<TestStep>(step => step.Attempts == 2 && step.Lost == 1);
        scene.Tokens.Should().HaveCount(2).And.BeInAscendingOrder().And.OnlyHaveUniqueItems();
        scene.Accepted.Should().Equal(scene.Tokens[1]);
        scene.Refused.Should().Equal(scene.Tokens[0]);
        (await TestRun.ReadAsync(scene.Service.Database, held)).AttemptsOf("book").Select(attempt => attempt.Success).Should().Equal(false, true);
    }

    [Test]
    public async Task Workers_that_are_killed_again_and_again_never_let_two_in()
    {
        await using var scene = await LedgerAsync();
        scene.Open();
        var children = new Queue<ChildProcess>([await scene.WorkAsync("00:30:00"), await scene.WorkAsync("-00:30:00")]);
        var runs = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => scene.StartAsync()));
        for (var kill = 1; kill <= 3; kill++)
        {
            var seen = scene.Tokens.Count;
            await Eventually.IsTrueAsync(() => Task.FromResult(scene.Tokens.Count > seen + 3 || scene.Accepted.Count >= runs.Length), "some more calls");
            using var victim = children.Dequeue();
            await victim.KillAsync();
            children.Enqueue(await scene.WorkAsync("00:00:00"));
        }

        await scene.SucceedAsync(runs);
        foreach (var child in children)
        {
            child.Dispose();
        }

        scene.Accepted.Should().BeInAscendingOrder().And.OnlyHaveUniqueItems().And.HaveCountGreaterThanOrEqualTo(runs.Length);
        (await scene.Service.Database.ScalarAsync<long>("select count(*) from orchestrator.step_waits")).Should().Be(0);
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<Ledger> LedgerAsync()
    {
        var service = await TestService.StartAsync(TestService.WithoutWorkers);
        await service.PutAsync(Booking.Replace("{target}", service.Target.Address.AbsoluteUri.TrimEnd('/')));
        return new Ledger(service);
    }

    /// <summary>A resource that steps book at: it takes what comes under the highest token so far, and refuses what is older.</summary>
    private sealed class Ledger : IAsyncDisposable
    {
        private readonly SemaphoreSlim _gate = new(0);
        private readonly Lock _lock = new();
        private readonly List<long> _tokens = [];
        private readonly List<long> _accepted = [];
        private readonly List<long> _refused = [];
        private long _highest;
        private int _booking;

        public Ledger(TestService service)
        {
            Service = service;
            service.Target.On("/book", async (http, seen) =>
            {
                var token = long.Parse(seen.Headers["X-Fencing-Token"], CultureInfo.InvariantCulture);
                Locked(() =>
                {
                    _tokens.Add(token);
                    _highest = Math.Max(_highest, token);
                });

                // Not the caller's to cancel: what it has sent is on its way.
                await _gate.WaitAsync(CancellationToken.None);
                _gate.Release();
                var isAccepted = false;
                Locked(() =>
                {
                    isAccepted = token >= _highest;
                    (isAccepted ? _accepted : _refused).Add(token);
                    MostAccepted = Math.Max(MostAccepted, isAccepted ? ++_booking : _booking);
                });
                await Task.Yield();
                Locked(() => _booking -= isAccepted ? 1 : 0);
                await TargetServer.JsonAsync(http, isAccepted ? 200 : 409, """{"ok": true}""");
            });
        }

        public TestService Service { get; }

        /// <summary>Of all requests, in the order of arrival.</summary>
        public IReadOnlyList<long> Tokens => Locked(() => _tokens.ToArray());

        public IReadOnlyList<long> Accepted => Locked(() => _accepted.ToArray());

        public IReadOnlyList<long> Refused => Locked(() => _refused.ToArray());

        public int MostAccepted { get; private set; }

        public Task<ChildProcess> WorkAsync(string clockOffset, string lease = Lease) =>
            ChildProcess.StartAsync(ChildProgram.WorkOnSteps, Service.Database.ConnectionString, clockOffset, lease);

        public Task<RunId> StartAsync() => Service.DispatchAsync(new DispatchRequest { WorkflowKey = "booking" });

        /// <summary>Lets requests through, those that wait and those to come.</summary>
        public void Open() => _gate.Release();

        public Task IsInsideAsync(int requests) =>
            Eventually.IsTrueAsync(() => Task.FromResult(Tokens.Count == requests), $"{requests} requests");

        public async Task SucceedAsync(params RunId[] runs)
        {
            foreach (var id in runs)
            {
                (await Service.EndAsync(id)).Should().Match<TestRun>(run => run.Status == "success", $"run {id}");
            }
        }

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            _gate.Dispose();
        }

        private void Locked(Action act)
        {
            lock (_lock)
            {
                act();
            }
        }

        private T Locked<T>(Func<T> read)
        {
            lock (_lock)
            {
                return read();
            }
        }
    }
}
