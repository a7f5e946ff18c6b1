using Npgsql;
using Orchestrator.Jobs;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Jobs.Dispatch;

/// <summary>The host's side: <see cref="IOrchestrator"/>, also inside a transaction of the host's own.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Children)]
internal sealed class OrchestratorTests
{
    private TestService _service = null!;

    private IOrchestrator Orchestrator => _service.Get<IOrchestrator>();

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        await _service.Database.ExecuteAsync("create table public.orders (id int primary key)");
        await _service.PutAsync("""
            key: double_it
            inputs: { order_id: { type: number, required: true } }
            steps: [{id: twice, type: transform, value: inputs.order_id * 2}]
            output: '{ twice: results.twice, user: user.id }'
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_run_is_dispatched_waited_for_and_read()
    {
        var dispatched = await Orchestrator.DispatchAsync(new RunRequest("double_it") { Payload = new { OrderId = 21 }, UserId = "ada" });
        var run = await Orchestrator.WaitAsync(dispatched.RunId);

        run.State.Should().Be(RunState.Success);
        run.Trigger.Should().Be("code");
        run.OutputAs<Answer>().Should().Be(new Answer(42, "ada"));
        run.Payload!.Value.GetProperty("order_id").GetInt32().Should().Be(21);
        (await Orchestrator.GetStepsAsync(dispatched.RunId)).Should().ContainSingle()
            .Which.Should().Match<WorkflowStep>(step => step.StepId == "twice" && step.State == StepState.Success && step.Output!.Value.GetInt32() == 42);
        (await Orchestrator.FindAsync(dispatched.RunId, "another-tenant")).Should().BeNull();
    }

    [TestCase("none", DispatchRefusal.UnknownWorkflow)]
    [TestCase("double_it", DispatchRefusal.InvalidInput)]
    public async Task A_wrong_request_is_refused_with_the_reason(string key, DispatchRefusal reason)
    {
        var dispatch = () => Orchestrator.DispatchAsync(new RunRequest(key) { Payload = new { order_id = "x" } });

        (await dispatch.Should().ThrowAsync<DispatchRefusedException>()).Which.Reason.Should().Be(reason);
    }

    [Test]
    public async Task In_the_callers_transaction_a_run_exists_only_with_the_commit_whatever_the_search_path()
    {
        await using var connection = new NpgsqlConnection(_service.Database.ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, "set search_path = pg_temp");

        await using (var undone = await connection.BeginTransactionAsync())
        {
            var run = await Orchestrator.DispatchAsync(Order(1), undone);
            (await Orchestrator.FindAsync(run.RunId)).Should().BeNull("nobody sees it before the commit");
            await undone.RollbackAsync();
            (await Orchestrator.FindAsync(run.RunId)).Should().BeNull();
        }

        await using var done = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, "insert into public.orders values (7)");
        var kept = await Orchestrator.DispatchAsync(Order(7), done);
        await done.CommitAsync();

        (await Orchestrator.WaitAsync(kept.RunId)).OutputAs<Answer>()!.Twice.Should().Be(14);
    }

    [Test]
    public async Task A_used_key_and_a_wrong_request_leave_the_callers_transaction_usable()
    {
        var first = await Orchestrator.DispatchAsync(Order(5) with { IdempotencyKey = "order-5" });
        await using var connection = new NpgsqlConnection(_service.Database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        var again = await Orchestrator.DispatchAsync(Order(5) with { IdempotencyKey = "order-5" }, transaction);
        var other = () => Orchestrator.DispatchAsync(Order(6) with { IdempotencyKey = "order-5" }, transaction);
        var wrong = () => Orchestrator.DispatchAsync(new RunRequest("double_it"), transaction);
        var tooLong = () => Orchestrator.DispatchAsync(Order(6) with { UserId = new string('x', 201) }, transaction);

        again.Should().Be(new DispatchedRun(first.RunId, IsReplay: true));
        (await other.Should().ThrowAsync<DispatchRefusedException>()).Which.Reason.Should().Be(DispatchRefusal.KeyReused);
        (await wrong.Should().ThrowAsync<DispatchRefusedException>()).Which.Reason.Should().Be(DispatchRefusal.InvalidInput);
        (await tooLong.Should().ThrowAsync<DispatchRefusedException>()).Which.Problems.Should().ContainSingle(problem => problem.Path == "user_id");
        await ExecuteAsync(connection, "insert into public.orders values (50)");
        await transaction.CommitAsync();
    }

    [Test]
    public async Task Two_transactions_with_one_key_make_one_run()
    {
        await using var one = new NpgsqlConnection(_service.Database.ConnectionString);
        await using var two = new NpgsqlConnection(_service.Database.ConnectionString);
        await one.OpenAsync();
        await two.OpenAsync();
        await using var first = await one.BeginTransactionAsync();
        await using var second = await two.BeginTransactionAsync();
        var request = Order(9) with { IdempotencyKey = "race" };
        var winner = await Orchestrator.DispatchAsync(request, first);
        var loser = Orchestrator.DispatchAsync(request, second);
        await Eventually.IsTrueAsync(async () => await WaitsAsync(two.ProcessID), "the second's wait for the first");

        await first.CommitAsync();

        (await loser).Should().Be(new DispatchedRun(winner.RunId, IsReplay: true));
        await second.CommitAsync();
    }

    [Test]
    public async Task Workers_of_another_process_hear_of_the_commit()
    {
        await using var listener = new NpgsqlConnection(_service.Database.ConnectionString);
        await listener.OpenAsync();
        await using var connection = new NpgsqlConnection(_service.Database.ConnectionString);
        await connection.OpenAsync();
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Notification += (_, notification) => heard.TrySetResult();
        await ExecuteAsync(listener, "listen hangfire_jobqueue");
        await using var transaction = await connection.BeginTransactionAsync();
        await Orchestrator.DispatchManyAsync([Order(1), Order(2)], transaction);
        await transaction.CommitAsync();

        await listener.WaitAsync(TimeSpan.FromSeconds(30));

        heard.Task.IsCompleted.Should().BeTrue();
    }

    [Test]
    public async Task Many_are_all_written_or_none()
    {
        var requests = Enumerable.Range(0, 1200).Select(number => Order(number) with { IntentId = "many" }).ToArray();

        var runs = await Orchestrator.DispatchManyAsync(requests);
        var broken = () => Orchestrator.DispatchManyAsync([.. requests.Select(request => request with { IntentId = "broken" }), new RunRequest("none")]);

        runs.Select(run => run.RunId).Distinct().Should().HaveCount(1200);
        (await broken.Should().ThrowAsync<DispatchRefusedException>()).Which.Index.Should().Be(1200);
        (await Orchestrator.ListAsync(new RunQuery { IntentId = "broken" })).Runs.Should().BeEmpty();
        (await Orchestrator.WaitAsync(runs[^1].RunId)).OutputAs<Answer>()!.Twice.Should().Be(2398);
    }

    [Test]
    public async Task A_key_used_otherwise_among_many_undoes_them_and_the_callers_transaction_goes_on()
    {
        await Orchestrator.DispatchAsync(Order(1) with { IdempotencyKey = "taken" });
        await using var connection = new NpgsqlConnection(_service.Database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        var dispatch = () => Orchestrator.DispatchManyAsync(
            [Order(1) with { IntentId = "undone" }, Order(2) with { IntentId = "undone", IdempotencyKey = "taken" }], transaction);

        (await dispatch.Should().ThrowAsync<DispatchRefusedException>()).Which.Index.Should().Be(1);
        await ExecuteAsync(connection, "insert into public.orders values (60)");
        await transaction.CommitAsync();
        (await Orchestrator.ListAsync(new RunQuery { IntentId = "undone" })).Runs.Should().BeEmpty();
    }

    [Test]
    public async Task Lists_come_in_pages()
    {
        var made = await Orchestrator.DispatchManyAsync([.. Enumerable.Range(0, 5).Select(number => Order(number) with { IntentId = "pages" })]);

        var first = await Orchestrator.ListAsync(new RunQuery { IntentId = "pages", Limit = 3 });
        var second = await Orchestrator.ListAsync(new RunQuery { IntentId = "pages", Limit = 3, After = first.Next });

        first.Runs.Concat(second.Runs).Select(run => run.RunId).Should().BeEquivalentTo(made.Select(run => run.RunId));
        (first.Runs.Count, second.Runs.Count, second.Next).Should().Be((3, 2, null));
    }

    [Test]
    public async Task Waiting_for_no_run_says_so()
    {
        var wait = () => Orchestrator.WaitAsync(Guid.NewGuid());

        await wait.Should().ThrowAsync<KeyNotFoundException>();
    }

    private static RunRequest Order(int id) => new("double_it") { Payload = new { order_id = id } };

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<bool> WaitsAsync(int process)
    {
        await using var command = _service.Database.DataSource.CreateCommand("select wait_event_type = 'Lock' from pg_stat_activity where pid = $1");
        command.Parameters.AddWithValue(process);
        return await command.ExecuteScalarAsync() is true;
    }

    private sealed record Answer(int Twice, string? User);
}
