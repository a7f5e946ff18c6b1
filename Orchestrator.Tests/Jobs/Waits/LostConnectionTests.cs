using Npgsql;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Waits;

/// <summary>What has come for a step that waits counts, also when its turn loses the connection to the database.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class LostConnectionTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task An_answer_that_was_accepted()
    {
        var id = await _service.StartRunAsync("{ key: asks, steps: [{ id: ask, type: approval, prompt: 'Pay?', retry: { delay_ms: 50 } }] }");
        await _service.UntilAsync(id, run => run["ask"].WaitingFor == "approval", "the question");

        await LoseAsync("step_approvals", id.Job(0), "update step_approvals set approved = true, answered_by = 'me', answered_at = now(), closed_at = null");

        (await _service.EndAsync(id))["ask"].Attempts.Should().Be(1);
        (await _service.Database.ScalarAsync<long>("select count(*) from step_approvals")).Should().Be(1);
    }

    /// <summary>The rows are what <c>TakeEvent.sql</c> leaves that was committed, and whose answer was lost.</summary>
    [Test]
    public async Task An_event_that_was_taken()
    {
        var id = await _service.StartRunAsync("{ key: waits, steps: [{ id: wait, type: wait_for_event, event: paid, retry: { delay_ms: 50 } }] }");
        await _service.UntilAsync(id, run => run["wait"].WaitingFor == "event", "the wait");

        await LoseAsync("taken_events", id.Job(0), $"""
            with e as (insert into intent_events (user_id, type, dispatched_at) values ('ada', 'paid', now()) returning event_id)
            insert into taken_events (tenant_id, workflow_run_id, event_id, job_id, attempt) select 'default', '{id}', event_id, '{id.Job(0)}', '0.1' from e
            """);

        (await _service.EndAsync(id))["wait"].Attempts.Should().Be(1);
    }

    /// <summary>The step's next turn loses its connection while it reads the table; what <paramref name="sql"/> does is committed after that.</summary>
    private async Task LoseAsync(string table, JobId job, string sql)
    {
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand($"lock table {table} in access exclusive mode; {sql}", connection))
        {
            await command.ExecuteNonQueryAsync();
        }

        await _service.Database.ExecuteAsync($"insert into wake_ups (tenant_id, job_id) values ('default', '{job}')");
        await Eventually.IsTrueAsync(
            () => _service.Database.ScalarAsync<bool>("""
                select count(pg_terminate_backend(pid)) > 0 from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'relation'
                """), "the turn");
        await Eventually.IsTrueAsync(() => Task.FromResult(_service.Log.Text.Contains($"of run {job.Run} is tried again")), "the loss");
        await transaction.CommitAsync();
    }
}
