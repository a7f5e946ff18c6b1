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
    public async Task What_runs_leave_behind_goes_with_them_but_for_failed_ones()
    {
        await using var service = await TestService.StartAsync();
        const string tables = "taken_events, run_signals, step_approvals, run_recoveries, run_slots";

        // A run that has succeeded long ago, one lately, one that has failed, one that goes on, and none.
        await service.Database.ExecuteAsync("""
            insert into workflow_runs (workflow_run_id, workflow_key, workflow_version, status, open_steps, timeout_ms, finished_at)
            select overlay(md5(n::text) placing '000000' from 27)::uuid, 'k', 1, status, 0, 1, now() - age
            from (values (1, 'success', interval '8 days'), (2, 'cancelled', interval '6 days'), (3, 'failed', interval '80 days'), (4, 'running', null)) r (n, status, age)
            """);
        await service.Database.ExecuteAsync("""
            with run as (select overlay(md5(n::text) placing '000000' from 27)::uuid as id from generate_series(1, 5) n),
            step as (select id, overlay(id::text placing '000001' from 31)::uuid as job_id from run),
            a as (insert into taken_events (workflow_run_id, event_id, job_id, attempt) select id, gen_random_uuid(), job_id, '1' from step),
            b as (insert into run_signals (workflow_run_id, signal_id, name, sent_by) select id, gen_random_uuid(), 'n', 'me' from step),
            c as (insert into step_approvals (job_id, attempt, prompt) select job_id, '1', '?' from step),
            d as (insert into run_recoveries (workflow_run_id) select id from step)
            insert into run_slots (workflow_run_id, key, max_runs, on_limit, priority) select id, 'k', 1, 'queue', 3 from step
            """);

        service.Get<IRecurringJobManager>().Trigger(CleanUpJob.RecurringId);

        await Eventually.IsTrueAsync(
            () => service.Database.ScalarAsync<bool>("select " + string.Join(" and ", tables.Split(", ").Select(table => $"(select count(*) from {table}) = 3"))), "the clean-up");
        (await service.Database.ScalarAsync<bool>("""
            select bool_and(s.workflow_run_id is not null) from workflow_runs r left join run_signals s using (workflow_run_id) where r.finished_at > now() - interval '7 days' or r.status not in ('success', 'cancelled')
            """)).Should().BeTrue();
    }

    [Test]
    public async Task Keys_of_steps_stay_as_long_as_their_run_can_go_on()
    {
        await using var service = await TestService.StartAsync();

        // A child each of runs that have succeeded, were cancelled, have succeeded lately, have failed, go on, and are gone.
        await service.Database.ExecuteAsync("""
            with parent as (
              insert into workflow_runs (workflow_run_id, workflow_key, workflow_version, status, open_steps, timeout_ms, finished_at)
              select overlay(md5(n::text) placing '000000' from 27)::uuid, 'k', 1, status, 0, 1, now() - age
              from (values (1, 'success', interval '25 hours'), (2, 'cancelled', interval '25 hours'), (3, 'success', interval '23 hours'),
                           (4, 'failed', interval '80 days'), (5, 'running', null)) r (n, status, age)),
            child as (
              insert into workflow_runs (workflow_run_id, workflow_key, workflow_version, status, open_steps, timeout_ms, finished_at, parent_run_id)
              select overlay(md5('child ' || n) placing '000000' from 27)::uuid, 'k', 1, 'failed', 0, 1, now() - interval '80 days', overlay(md5(n::text) placing '000000' from 27)::uuid
              from generate_series(1, 6) n)
            insert into idempotency_keys (scope, key, request_sha256, workflow_run_id, created_at)
            select 'step', n, '', overlay(md5('child ' || n) placing '000000' from 27)::uuid, now() - interval '90 days' from generate_series(1, 6) n
            """);

        service.Get<IRecurringJobManager>().Trigger(CleanUpJob.RecurringId);

        await Eventually.IsTrueAsync(() => service.Database.ScalarAsync<bool>("select array_agg(key order by key) = array['3', '4', '5'] from idempotency_keys"), "the clean-up");
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
