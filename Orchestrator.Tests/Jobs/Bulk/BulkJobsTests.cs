using System.Collections.Concurrent;
using System.Globalization;
using System.Linq.Expressions;
using Hangfire;
using Hangfire.Common;
using Npgsql;
using Orchestrator.Jobs.Bulk;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Bulk;

/// <summary>Many Hangfire jobs in one statement.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class BulkJobsTests
{
    /// <summary>The rows of a job, less its ids and times.</summary>
    private const string Rows = """
        select j.statename || j.invocationdata::text || j.arguments::text || coalesce(j.expireat::text, '-') || j.updatecount
          || (select string_agg(p.name || '=' || p.value, ',' order by p.name) from hangfire.jobparameter p where p.jobid = j.id)
          || (select string_agg(s.name || coalesce(s.reason, '-') || (s.data - 'EnqueuedAt')::text || length(s.data ->> 'EnqueuedAt')
                || (s.id = j.stateid), ',') from hangfire.state s where s.jobid = j.id)
          || (select string_agg(q.queue || coalesce(q.fetchedat::text, '-'), ',') from hangfire.jobqueue q where q.jobid = j.id)
        from hangfire.job j where j.id = 
        """;

    [Test]
    public async Task Leaves_the_rows_that_hangfires_client_leaves()
    {
        await using var service = await TestService.StartAsync(TestService.WithoutWorkers);
        var previous = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-AT");
        try
        {
            var one = service.Get<IBackgroundJobClient>().Enqueue<Noted>("later", noted => noted.Run("a\"b{job}\n", 1.5m, null));
            var many = await service.Get<BulkJobs>().EnqueueAsync(
                [Job.FromExpression<Noted>(noted => noted.Run("a\"b{job}\n", 1.5m, null), "later")]);

            (await service.Database.ScalarAsync<string>(Rows + many.Single())).Should().Be(await service.Database.ScalarAsync<string>(Rows + one))
                .And.Contain("de-AT").And.Contain("later");
        }
        finally
        {
            CultureInfo.CurrentCulture = previous;
        }
    }

    [Test]
    public async Task They_are_performed_each_once_and_answered_in_order()
    {
        await using var service = await TestService.StartAsync();
        var run = Guid.NewGuid().ToString();
        var ids = await service.Get<BulkJobs>().EnqueueAsync(
            Enumerable.Range(0, 2500).Select(i => (Expression<Action<Noted>>)(noted => noted.Run(run, i, null))));

        ids.Select(long.Parse).Should().BeInAscendingOrder().And.HaveCount(2500);
        await Eventually.IsTrueAsync(() => Task.FromResult(Noted.Of(run).Count >= 2500), "all are performed");
        await Eventually.IsTrueAsync(
            () => service.Database.ScalarAsync<bool>("select not exists (select from hangfire.job where statename <> 'Succeeded')"), "all succeed");
        Noted.Of(run).Should().BeEquivalentTo(Enumerable.Range(0, 2500).Select(i => (decimal)i));
    }

    [Test]
    public async Task In_a_transaction_of_the_callers_they_exist_if_it_commits()
    {
        await using var service = await TestService.StartAsync();
        var (kept, lost) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await EnqueueAsync(service, lost, commits: false);
        await EnqueueAsync(service, kept, commits: true);

        await Eventually.IsTrueAsync(() => Task.FromResult(Noted.Of(kept).Count == 1), "the job of the committed transaction is performed");
        (await service.Database.ScalarAsync<long>("select count(*) from hangfire.job")).Should().Be(1);
        Noted.Of(lost).Should().BeEmpty();
    }

    [Test]
    public async Task None_is_made_when_one_is_refused_and_none_of_none()
    {
        await using var service = await TestService.StartAsync(TestService.WithoutWorkers);
        await service.Database.ExecuteAsync("alter table hangfire.jobqueue add check (queue <> 'refused')");
        var jobs = Enumerable.Range(0, 1500).Select(
            i => Job.FromExpression<Noted>(noted => noted.Run("x", i, null), i == 1400 ? "refused" : "default")).ToArray();

        await FluentActions.Awaiting(() => service.Get<BulkJobs>().EnqueueAsync(jobs)).Should().ThrowAsync<PostgresException>();
        (await service.Get<BulkJobs>().EnqueueAsync([])).Should().BeEmpty();
        (await service.Database.ScalarAsync<long>("select count(*) from hangfire.job")).Should().Be(0);
    }

    private static async Task EnqueueAsync(TestService service, string run, bool commits)
    {
        await using var connection = await service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await service.Get<BulkJobs>().EnqueueAsync<Noted>([noted => noted.Run(run, 1, null)], transaction);
        (await service.Database.ScalarAsync<long>("select count(*) from hangfire.job")).Should().Be(0, "nothing is committed");
        await (commits ? transaction.CommitAsync() : transaction.RollbackAsync());
    }

    /// <summary>A job that says that it was performed.</summary>
    public sealed class Noted
    {
        private static readonly ConcurrentDictionary<string, ConcurrentQueue<decimal>> Performed = new();

        public static IReadOnlyCollection<decimal> Of(string run) => Performed.GetOrAdd(run, _ => new());

        public void Run(string run, decimal number, string? nothing) => Performed.GetOrAdd(run, _ => new()).Enqueue(number);
    }
}
