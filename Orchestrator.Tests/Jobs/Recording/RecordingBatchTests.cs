using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Recording;

/// <summary>A recording is written again since nobody knows what became of its commit. The test is the worker.</summary>
[TestFixture]
internal sealed class RecordingBatchTests
{
    private const int Gate = 4711;

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync(TestService.WithoutWorkers);
        await _service.Database.ExecuteAsync("""
            create sequence refusals;
            create function at_commit() returns trigger language plpgsql as $$
            begin
              if new.workflow_key = 'refused' and nextval('refusals') = 1 then raise exception using errcode = '40001'; end if;
              if new.workflow_key = 'slow' then perform pg_advisory_xact_lock(4711); end if;
              return null;
            end $$;
            create constraint trigger at_commit after update on workflow_runs deferrable initially deferred
              for each row when (new.open_steps < old.open_steps) execute function at_commit();
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_recording_of_a_turn_whose_answer_was_lost_opens_no_other_pass_while_the_next_turn_is_under_way()
    {
        var id = await _service.StartRunAsync("""
            key: turns
            steps: [{ id: again, type: loop, max_iterations: 9, break_condition: iteration >= 2, steps: [{ id: call, call: /once }] }]
            """);
        await WriteAsync(await MakeAsync(id, 0)); // opens the first pass
        await WriteAsync(await MakeAsync(id, 2));

        var second = await MakeAsync(id, 0); // opens the second pass
        await WriteAsync(second);
        await WriteAsync(await MakeAsync(id, 3));
        var third = await MakeAsync(id, 0); // finds that it is over
        await WriteAsync(second);
        await WriteAsync(third);

        third.Answers.Should().ContainSingle().Which.IsRecorded.Should().BeTrue();
        var run = await TestRun.ReadAsync(_service.Database, id);
        (run.Status, run["again"].Attempts).Should().Be(("success", (short)1));
        (await _service.Database.ScalarAsync<long>($"select count(*) from step_blocks where job_id = '{id.Job(0)}'")).Should().Be(2);
    }

    [Test]
    public async Task The_step_that_the_worker_goes_on_with_is_known_also_where_the_answer_was_lost()
    {
        var batch = await MakeAsync(await TwoStepsAsync("handed_on"), 0, wantsNext: true);
        await WriteAsync(batch);
        var next = batch.Answers[0].Next;

        await WriteAsync(batch);

        batch.Answers[0].Should().Be(new RecordingAnswer(true, next));
        (next!.Job.StepIndex, next.Attempt).Should().Be((1, 1));
    }

    [Test]
    public async Task A_commit_that_is_still_under_way_is_waited_for()
    {
        var id = await TwoStepsAsync("slow");
        await using var gate = await _service.Database.DataSource.OpenConnectionAsync();
        await using var closed = await gate.BeginTransactionAsync();
        await new NpgsqlCommand($"select pg_advisory_xact_lock({Gate})", gate).ExecuteNonQueryAsync();
        var batch = await MakeAsync(id, 0);
        var first = WriteAsync(batch);
        await Eventually.IsTrueAsync(() => _service.Database.ScalarAsync<bool>(
            $"select exists (select from pg_locks where locktype = 'advisory' and objid = {Gate} and not granted)"), "the commit to be under way");

        var again = () => WriteAsync(batch);

        Retry.IsPassing((await again.Should().ThrowAsync<TimeoutException>()).Which).Should().BeTrue("it is tried again");
        await closed.CommitAsync();
        await first;
        await again();
        batch.Answers[0].IsRecorded.Should().BeTrue();
        (await TestRun.ReadAsync(_service.Database, id)).AttemptsOf("a").Should().ContainSingle();
    }

    [Test]
    public async Task What_was_not_committed_is_written_again()
    {
        var id = await TwoStepsAsync("refused");
        var batch = await MakeAsync(id, 0);
        var write = () => WriteAsync(batch);
        await write.Should().ThrowAsync<PostgresException>();
        (await TestRun.ReadAsync(_service.Database, id))["a"].Status.Should().Be("running");

        await write();

        batch.Answers[0].IsRecorded.Should().BeTrue();
        (await TestRun.ReadAsync(_service.Database, id)).States.Should().Be("a success, b queued");
    }

    /// <summary>As after a fail-over or a crash that has lost it.</summary>
    [Test]
    public async Task A_transaction_that_the_database_has_never_had_did_not_commit()
    {
        await using var connection = await _service.Get<Database>().Keyed.OpenConnectionAsync();

        (await RecordingBatch.HasCommittedAsync(connection, "999999999999")).Should().BeFalse();
    }

    private Task<RunId> TwoStepsAsync(string key) => _service.StartRunAsync($$"""
        key: {{key}}
        steps:
          - { id: a, type: transform, value: 1 }
          - { id: b, call: /b, depends_on: [a] }
        """);

    /// <summary>Claims a step and makes its attempt; its recording is not written.</summary>
    private async Task<RecordingBatch> MakeAsync(RunId id, int number, bool wantsNext = false)
    {
        var claimed = await _service.Get<Claimer>().ClaimAsync(DispatchRequest.DefaultTenant, id.Job(number), CancellationToken.None);
        var run = claimed!.Run;
        var workflow = await _service.Get<WorkflowCatalog>().GetAsync(run.Tenant, run.WorkflowKey, run.WorkflowVersion, CancellationToken.None);
        var memory = new RunMemory(run);
        await _service.Get<RunLoader>().LoadAsync(workflow, memory, number, claimed.Place, claimed.Phase, CancellationToken.None);
        var recording = new Orchestrator.Jobs.Recording.Recording
        {
            Memory = memory,
            Workflow = workflow,
            Steps = [await _service.Get<AttemptMaker>().MakeAsync(workflow, memory, claimed, null, CancellationToken.None)],
            Worker = claimed.Worker,
            Queue = claimed.Queue,
            WantsNext = wantsNext,
            ServerId = "",
        };
        return new RecordingBatch([recording], _service.Get<RunLoader>(), _service.Get<StepJobRows>(), TimeSpan.FromSeconds(30), TimeProvider.System);
    }

    private async Task WriteAsync(RecordingBatch batch)
    {
        await using var connection = await _service.Get<Database>().Keyed.OpenConnectionAsync();
        await batch.WriteAsync(connection);
    }
}
