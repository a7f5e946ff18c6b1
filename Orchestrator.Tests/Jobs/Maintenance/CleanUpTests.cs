using Hangfire;
using Orchestrator.Jobs.Maintenance;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Maintenance;

[TestFixture]
internal sealed class CleanUpTests
{
    [Test]
    public async Task What_is_old_goes_whatever_its_number_and_the_rest_stays()
    {
        await using var service = await TestService.StartAsync();
        await FillAsync(service, 2 * CleanUpJob.Batch + 500, "25 hours");
        await FillAsync(service, 10, "23 hours");

        service.Get<IRecurringJobManager>().Trigger(CleanUpJob.RecurringId);

        await Eventually.IsTrueAsync(
            () => service.Database.ScalarAsync<bool>("select (select count(*) from idempotency_keys) = 10 and (select count(*) from idempotent_answers) = 10"), "the clean-up");
    }

    [Test]
    public async Task Evaluations_are_kept_for_a_week_and_their_cycles_longer()
    {
        await using var service = await TestService.StartAsync();
        await service.Database.ExecuteAsync($"""
            insert into autonomous_jobs (status, phase, completed_at)
            select 'completed', 'ended', now() - days * interval '1 day' from unnest(array[6, 8, 9]) days;
            insert into autonomous_agent_evaluations (job_id, agent_id, evaluation_status)
            select j.id, n, 'completed' from autonomous_jobs j, generate_series(1, {CleanUpJob.Batch}) n
            """);

        service.Get<IRecurringJobManager>().Trigger(CleanUpJob.RecurringId);

        await Eventually.IsTrueAsync(() => service.Database.ScalarAsync<bool>(
            $"select (select array_agg(distinct job_id) = array[1::bigint] and count(*) = {CleanUpJob.Batch} from autonomous_agent_evaluations) and (select count(*) from autonomous_jobs) = 3"),
            "the clean-up");
    }

    [Test]
    public async Task Locks_that_have_expired_go_every_quarter_of_an_hour_and_held_ones_stay()
    {
        await using var service = await TestService.StartAsync();
        await service.Database.ExecuteAsync($"""
            insert into autonomous_execution_locks (lock_key, locked_by, fencing_token, expires_at)
            select 'old ' || n, 'a', nextval('lock_fencing_tokens'), now() - interval '2 minutes' from generate_series(1, {CleanUpJob.Batch + 500}) n
            """);
        await service.Database.ExecuteAsync(
            "insert into autonomous_execution_locks (lock_key, locked_by, fencing_token, expires_at) values ('held', 'a', nextval('lock_fencing_tokens'), now() + interval '1 hour')");

        (await service.Database.ScalarAsync<string>(
            $"select value from hangfire.hash where key = 'recurring-job:{CleanUpJob.LocksRecurringId}' and field = 'Cron'")).Should().Be("*/15 * * * *");
        service.Get<IRecurringJobManager>().Trigger(CleanUpJob.LocksRecurringId);

        await Eventually.IsTrueAsync(() => service.Database.ScalarAsync<bool>("select count(*) = 1 from autonomous_execution_locks"), "the clean-up");
        (await service.Database.ScalarAsync<string>("select lock_key from autonomous_execution_locks")).Should().Be("held");
    }

    private static async Task FillAsync(TestService service, int count, string age)
    {
        await service.Database.ExecuteAsync($"""
            insert into idempotency_keys (tenant_id, scope, key, request_sha256, workflow_run_id, created_at)
            select 'default', 'runs', '{age} ' || n, '\x00', gen_random_uuid(), now() - interval '{age}' from generate_series(1, {count}) n
            """);
        await service.Database.ExecuteAsync($"""
            insert into idempotent_answers (tenant_id, scope, key, request_sha256, owner, owned_until, created_at)
            select 'default', 'PUT /x', '{age} ' || n, sha256(''), gen_random_uuid(), now(), now() - interval '{age}' from generate_series(1, {count}) n
            """);
    }
}
