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
