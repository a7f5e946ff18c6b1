using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Npgsql;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.PgCron;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Jobs.PgCron;

/// <summary>The stand-in for pg_cron: what it makes in Hangfire, what it refuses, what it keeps of a command.</summary>
[TestFixture]
internal sealed class PgCronTests
{
    private const string Secret = "a-token-that-nobody-may-see";
    private const string Worker = "https://host/functions/v1/orchestrator/worker";

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync(options => options.Role = OrchestratorRole.Web);
        await PgCronSchema.InstallAsync(_service.Database.ConnectionString, default);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [TestCase("0 7 * * *", Worker, nameof(PgCronJob.Worker))]
    [TestCase("0 7 * * *", "https://host/functions/v1/cron-orchestrator", nameof(PgCronJob.CronOrchestrator))]
    [TestCase("*/5 1-3,5 * JAN-mar mon-FRI", Worker, nameof(PgCronJob.Worker))]
    [TestCase("0 0 29 2 *", Worker, nameof(PgCronJob.Worker))]
    [TestCase("17 3 */10 * 7", Worker, nameof(PgCronJob.Worker))]
    public async Task A_job_is_the_recurring_job_that_Hangfire_would_make(string schedule, string address, string method)
    {
        _service.Get<IRecurringJobManager>().AddOrUpdate(
            "like", method == nameof(PgCronJob.Worker) ? Job.FromExpression<PgCronJob>(job => job.Worker(default)) : Job.FromExpression<PgCronJob>(job => job.CronOrchestrator(default)),
            schedule, new RecurringJobOptions());

        await ScheduleAsync("made", schedule, Command(address));

        (await RowsAsync("cron:made")).Should().BeEquivalentTo(await RowsAsync("like"));
    }

    /// <summary>A step that is longer than its field stands for the field's first value.</summary>
    [TestCase("*/60 * * * *", "0 * * * *")]
    [TestCase("10-20/60,5 */24 * * *", "10,5 0 * * *")]
    [TestCase("  0\t7  * * * ", "0 7 * * *")]
    public async Task Pg_crons_own_ways_are_put_into_Hangfires_words(string schedule, string cron)
    {
        await ScheduleAsync("own", schedule, Command(Worker));

        (await FieldAsync("cron:own", "Cron")).Should().Be(cron);
        (await ScalarAsync<string>("select schedule from cron.job where jobname = 'own'")).Should().Be(schedule);
    }

    [TestCase("* * * * *", "2026-11-21T07:00:00Z")]
    [TestCase("59 23 31 12 *", "2026-12-31T23:59:00Z")]
    [TestCase("0 0 29 2 *", "2096-02-29T00:00:00Z")]
    [TestCase("*/7 */5 * feb-apr,11 sun,3", "2026-11-29T20:59:30Z")]
    [TestCase("30 6 */9 * 0-7", "2026-02-28T06:30:00.5Z")]
    public async Task The_next_occurrence_is_Hangfires(string schedule, string moment)
    {
        var after = DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture).UtcDateTime;

        var due = await ScalarAsync<DateTime>($"select due from cron.read_schedule('{schedule}', '{moment}')");

        due.Should().Be(new CronTrigger(schedule, "UTC").NextAfter(after));
    }

    [TestCase("* * * *", "4 fields")]
    [TestCase("30 seconds", "2 fields")]
    [TestCase("@daily", "1 fields")]
    [TestCase("60 * * * *", "Field 1 (minute)")]
    [TestCase("*/0 * * * *", "Field 1 (minute)")]
    [TestCase("5/10 * * * *", "Field 1 (minute)")]
    [TestCase("* 22-4 * * *", "Field 2 (hour)")]
    [TestCase("* * L * *", "Field 3 (day of month)")]
    [TestCase("* * * 13 *", "Field 4 (month)")]
    [TestCase("* * * * 8", "Field 5 (day of week)")]
    [TestCase("* * * * ", "4 fields")]
    [TestCase("1,,2 * * * *", "Field 1 (minute)")]
    [TestCase("0 0 13 * 5", "write two schedules")]
    [TestCase("0 0 31 2 *", "never comes")]
    public async Task A_wrong_schedule_is_refused_with_its_place(string schedule, string problem)
    {
        var refusal = await RefusedAsync(schedule, Command(Worker));

        $"{refusal.MessageText} {refusal.Hint}".Should().Contain(problem);
        refusal.Hint.Should().NotBeNullOrEmpty();
    }

    [TestCase("select pg_terminate_backend(1)")]
    [TestCase("VACUUM")]
    [TestCase("SELECT net.http_post(url:='https://host/functions/v1/orchestrator/worker'); drop table job_queue;")]
    [TestCase("SELECT net.http_post(url:='https://host/functions/v1/orchestrator/dispatch', headers:='{\"Authorization\": \"Bearer " + Secret + "\"}'::jsonb);")]
    [TestCase("SELECT net.http_post(url:='https://me:" + Secret + "@host/functions/v1/orchestrator/worker');")]
    [TestCase("SELECT net.http_post(url:='https://host/functions/v1/orchestrator/worker?token=" + Secret + "');")]
    [TestCase("SELECT net.http_post(url:='https://host/functions/v1/orchestrator/worker', headers:=secret('" + Secret + "'));")]
    [TestCase("SELECT net.http_post(headers:='{}', body:='url:=''https://host/functions/v1/orchestrator/worker''');")]
    [TestCase("")]
    public async Task A_command_that_is_not_understood_is_refused_without_being_shown(string command)
    {
        var refusal = await RefusedAsync("0 * * * *", command);

        refusal.MessageText.Should().Contain("it runs no SQL");
        refusal.Hint.Should().Contain("SELECT net.http_post(url:=").And.Contain("trigger: { type: cron");
        refusal.ToString().Should().NotContain(Secret);
        (await ScalarAsync<long>("select count(*) from cron.job where jobname = 'refused'")).Should().Be(0);
    }

    [Test]
    public async Task Of_a_command_nothing_is_kept_but_its_address()
    {
        await ScheduleAsync("secret", "0 * * * *", $$"""

              select net.http_post(
                url := '{{Worker}}', headers := '{"Authorization": "Bearer {{Secret}}", "a": "it''s"}'::jsonb,
                body => '{"token": "{{Secret}}"}', timeout_milliseconds := 5000) as request_id;
            """);

        (await ScalarAsync<string>("select command from cron.job where jobname = 'secret'")).Should().Be($"SELECT net.http_post(url:='{Worker}');");
        (await ScalarAsync<long>($"select count(*) from cron.job j where j::text like '%{Secret}%'")).Should().Be(0);
        (await ScalarAsync<long>($"select count(*) from hangfire.hash h where h::text like '%{Secret}%'")).Should().Be(0);
    }

    [Test]
    public async Task A_name_that_comes_again_is_replaced_and_what_is_unscheduled_is_gone()
    {
        var first = await ScheduleAsync("again", "0 7 * * *", Command(Worker));
        var second = await ScheduleAsync("again", "0 8 * * *", Command(Worker));
        var nameless = await ScalarAsync<long>($"select cron.schedule('0 9 * * *', $${Command(Worker)}$$)");

        second.Should().Be(first);
        (await FieldAsync("cron:again", "Cron")).Should().Be("0 8 * * *");
        (await FieldAsync($"cron:#{nameless}", "Cron")).Should().Be("0 9 * * *");
        await ExecuteAsync("update cron.job set active = false where jobname = 'again'");
        (await RowsAsync("cron:again")).Should().BeEmpty();
        await ExecuteAsync("update cron.job set active = true where jobname = 'again'");
        (await RowsAsync("cron:again")).Should().NotBeEmpty();
        (await ScalarAsync<bool>("select cron.unschedule('again')")).Should().BeTrue();
        (await ScalarAsync<bool>($"select cron.unschedule({nameless})")).Should().BeTrue();
        (await RowsAsync("cron:again")).Concat(await RowsAsync($"cron:#{nameless}")).Should().BeEmpty();
        await FluentActions.Awaiting(() => ScalarAsync<bool>("select cron.unschedule('again')")).Should().ThrowAsync<PostgresException>().WithMessage("*no job \"again\"*");
    }

    [Test]
    public async Task Ten_processes_make_it_at_once_and_jobs_outlive_it()
    {
        await ScheduleAsync("stays", "0 7 * * *", Command(Worker));

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PgCronSchema.InstallAsync(_service.Database.ConnectionString, default)));

        (await ScalarAsync<long>("select count(*) from cron.job where jobname = 'stays'")).Should().Be(1);
    }

    [Test]
    public async Task A_schema_cron_of_somebody_else_stays_as_it_is()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("create schema cron; create function cron.schedule(text, text, text) returns bigint language sql as 'select 7::bigint'");

        await PgCronSchema.InstallAsync(database.ConnectionString, default);

        (await database.ScalarAsync<long>("select cron.schedule('a', 'b', 'c')")).Should().Be(7);
        (await database.ScalarAsync<bool>("select to_regclass('cron.job') is null")).Should().BeTrue();
    }

    private static string Command(string address) =>
        $$"""SELECT net.http_post(url:='{{address}}', headers:='{"Authorization": "Bearer {{Secret}}"}'::jsonb);""";

    private async Task<long> ScheduleAsync(string name, string schedule, string command)
    {
        await using var call = _service.Database.DataSource.CreateCommand("select cron.schedule($1, $2, $3)");
        call.Parameters.One(name).One(schedule).One(command);
        return (long)(await call.ExecuteScalarAsync())!;
    }

    private async Task<PostgresException> RefusedAsync(string schedule, string command) =>
        (await FluentActions.Awaiting(() => ScheduleAsync("refused", schedule, command)).Should().ThrowAsync<PostgresException>()).Which;

    private Task ExecuteAsync(string sql) => _service.Database.ExecuteAsync(sql);

    private Task<T> ScalarAsync<T>(string sql) => _service.Database.ScalarAsync<T>(sql);

    private Task<string> FieldAsync(string id, string field) =>
        ScalarAsync<string>($"select value from hangfire.hash where key = 'recurring-job:{id}' and field = '{field}'");

    /// <summary>What Hangfire's tables hold of a recurring job, without the time of its making and versions of types.</summary>
    private Task<string[]> RowsAsync(string id) => ScalarAsync<string[]>($"""
        select array(
          select 'score ' || score from hangfire.set where key = 'recurring-jobs' and value = '{id}'
          union all
          select field || ' ' || case field when 'Job' then regexp_replace(value::jsonb::text, ', Version=[^"\\]*', '') else value end
          from hangfire.hash where key = 'recurring-job:{id}' and field <> 'CreatedAt')
        """);
}
