using System.Net;
using Npgsql;
using Orchestrator.Jobs.DeadLetters;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Storage;
using Orchestrator.Jobs.Watching;
using Orchestrator.Tests.Support;
using Orchestrator.Web.Api;

namespace Orchestrator.Tests.Web.Api;

/// <summary>A run's events on real connections: in order, resumed, and with nothing lost or doubled in between.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class RunEventTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _service = await TestService.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task A_whole_run_is_seen_in_order()
    {
        using var gate = Hold("whole");
        var id = await StartAsync("whole");
        await using var stream = await EventStream.OpenAsync(_service, id);
        await stream.UntilAsync(one => one is { Name: "step", Step: "one", Status: "running" });
        gate.Release(3);
        await stream.ToEndAsync();

        stream.Events.Where(one => one.Name == "attempt").Select(one => one.Step).Should().Equal("one", "two", "three");
        foreach (var step in new[] { "one", "two", "three" })
        {
            var order = stream.Events.Where(one => one.Step == step && (one.Name != "step" || one.Status == "success")).Select(one => one.Name);
            order.Should().Equal("log", "attempt", "step");
        }

        stream.Events[^1].Should().Match<SentEvent>(one => one.Name == "end" && one.Status == "success" && one.Id != null);
        var run = stream.Events.Last(one => one.Name == "run").Data;
        ((string)run["status"]!, (int)run["open_steps"]!, (int)run["steps"]!["success"]!).Should().Be(("success", 0, 3));

        await using var again = await EventStream.OpenAsync(_service, id, stream.LastId);
        again.Status.Should().Be(HttpStatusCode.NoContent);
    }

    [Test]
    public async Task The_id_stands_on_the_last_event_of_a_look()
    {
        var run = await _service.RunAsync("{ key: ended, steps: [{ id: one, type: transform, value: 1 }] }");
        await using var stream = await EventStream.OpenAsync(_service, run.Id);
        await stream.ToEndAsync();

        stream.Events.Select(one => (one.Name, one.Id is not null)).Should().Equal(("attempt", false), ("step", false), ("run", false), ("end", true));
    }

    [Test]
    public async Task A_stream_that_was_cut_goes_on_elsewhere_with_nothing_lost_or_doubled()
    {
        await using var other = await _service.StartAnotherAsync(TestService.WithoutWorkers);
        using var gate = Hold("cut");
        var id = await StartAsync("cut");
        List<SentEvent> seen = [];
        string? last = null;
        for (var step = 0; step < 3; step++)
        {
            await using var stream = await EventStream.OpenAsync(step % 2 == 0 ? _service : other, id, last);
            var wanted = new[] { "one", "two", "three" }[step];
            await stream.UntilSafeAsync(one => one is { Name: "step", Status: "running" } && one.Step == wanted);
            seen.AddRange(stream.Safe);
            last = stream.LastId;

            // The step ends while nobody listens.
            gate.Release();
            await _service.UntilAsync(id, run => run[wanted].Status == "success", "the step's end");
        }

        await using var rest = await EventStream.OpenAsync(other, id, last);
        seen.AddRange((await rest.ToEndAsync()).Events);

        seen.Where(one => one.Name == "attempt").Select(one => one.Step).Should().Equal("one", "two", "three");
        seen.Where(one => one.Name == "log").Select(one => one.Step).Should().Equal("one", "two", "three");
        seen.Where(one => one is { Name: "step", Status: "success" }).Select(one => one.Step).Should().Equal("one", "two", "three");
        seen.Where(one => one.Name == "step").Select(one => one.Data.ToJsonString()).Should().OnlyHaveUniqueItems();
        seen.Where(one => one.Name == "end").Should().ContainSingle();
    }

    /// <summary>
    /// A transaction that wrote before the look and commits after it, beside others that have ended in between; in a
    /// savepoint its number is one that a snapshot can't tell from an ended one.
    /// </summary>
    [TestCase(false)]
    [TestCase(true)]
    public async Task What_is_committed_late_is_not_missed(bool inSavepoint)
    {
        using var gate = Hold("late");
        var id = await StartAsync("late");
        await using var writer = await _service.Database.DataSource.OpenConnectionAsync();
        await using var transaction = await writer.BeginTransactionAsync();
        await ExecuteAsync(writer, "select pg_current_xact_id()");
        if (inSavepoint)
        {
            await ExecuteAsync(writer, "savepoint here");
        }

        await ExecuteAsync(writer, $"insert into workflow_logs (tenant_id, workflow_run_id, message) values ('default', '{id}', 'late')");
        await _service.Database.ExecuteAsync($"insert into workflow_logs (tenant_id, workflow_run_id, message) values ('default', '{id}', 'early')");
        await using var stream = await EventStream.OpenAsync(_service, id);
        await stream.UntilSafeAsync(one => (string?)one.Data["message"] == "early");
        await transaction.CommitAsync();
        await using var resumed = await EventStream.OpenAsync(_service, id, stream.LastId);
        await resumed.UntilAsync(one => (string?)one.Data["message"] == "late");
        await stream.UntilAsync(one => (string?)one.Data["message"] == "late");
        gate.Release(3);
        await stream.ToEndAsync();
        await resumed.ToEndAsync();

        foreach (var one in new[] { stream, resumed })
        {
            one.Events.Count(line => (string?)line.Data["message"] == "late").Should().Be(1);
        }

        stream.Events.Count(line => (string?)line.Data["message"] == "early").Should().Be(1);
        resumed.Events.Should().NotContain(line => (string?)line.Data["message"] == "early");
    }

    [Test]
    public async Task A_renewed_lease_is_no_news()
    {
        using var gate = Hold("renewed");
        var id = await StartAsync("renewed");
        await using var stream = await EventStream.OpenAsync(_service, id);
        await stream.UntilSafeAsync(one => one is { Name: "step", Step: "one", Status: "running" });
        await _service.Database.ExecuteAsync($"update job_queue set lease_until = lease_until + interval '1 second' where job_id = '{id.Job(0)}'");
        await _service.Database.ExecuteAsync($"insert into workflow_logs (tenant_id, workflow_run_id, message) values ('default', '{id}', 'after')");
        await stream.UntilAsync(one => (string?)one.Data["message"] == "after");
        gate.Release(3);
        await stream.ToEndAsync();

        stream.Events.Where(one => one is { Name: "step", Step: "one", Status: "running" }).Should().ContainSingle();
    }

    [Test]
    public async Task A_reopened_run_goes_on_where_its_stream_had_ended()
    {
        var broken = true;
        _service.Target.On("/reopen", (http, _) => TargetServer.JsonAsync(http, broken ? 400 : 200, """{"ok": true}"""));
        var failed = await _service.RunAsync("{ key: reopen, steps: [{ id: call, call: /reopen }] }");
        await using var first = await EventStream.OpenAsync(_service, failed.Id);
        await first.ToEndAsync();
        broken = false;
        await _service.Get<DeadLetterDesk>().DecideAsync(DispatchRequest.DefaultTenant, failed.Id.Job(0), new RetryDecision("ada"), CancellationToken.None);
        await using var second = await EventStream.OpenAsync(_service, failed.Id, first.LastId);
        await second.ToEndAsync();

        first.Events[^1].Should().Match<SentEvent>(one => one.Name == "end" && one.Status == "failed");
        second.Events[^1].Should().Match<SentEvent>(one => one.Name == "end" && one.Status == "success");
        second.Events.Where(one => one.Name == "attempt").Select(one => (int)one.Data["attempt"]!).Should().Equal(2);
        second.Events.Should().Contain(one => one.Name == "log" && (string?)one.Data["message"] == "Retried by ada");
    }

    [Test]
    public async Task A_database_that_is_away_for_a_while_does_not_end_it()
    {
        using var gate = Hold("away");
        var id = await StartAsync("away");
        await using var stream = await EventStream.OpenAsync(_service, id);
        await stream.UntilAsync(one => one is { Name: "step", Step: "one", Status: "running" });
        await using (var administrator = new NpgsqlConnection(_service.Database.ConnectionString))
        {
            await administrator.OpenAsync();
            await ExecuteAsync(administrator, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()");
        }

        gate.Release(3);
        await stream.ToEndAsync();

        stream.Events[^1].Name.Should().Be("end");
    }

    [Test]
    public async Task A_service_that_stops_ends_its_streams()
    {
        using var gate = Hold("stops");
        var id = await StartAsync("stops");
        var other = await _service.StartAnotherAsync(TestService.WithoutWorkers);
        await using var stream = await EventStream.OpenAsync(other, id);
        await stream.UntilSafeAsync(one => one.Name == "run");
        var stopping = other.DisposeAsync();
        await stream.ToEndAsync();
        await stopping;
        gate.Release(3);

        stream.Events.Should().NotContain(one => one.Name == "end");
        await _service.EndAsync(id);
    }

    [Test]
    public async Task More_streams_than_a_process_serves_are_refused()
    {
        using var gate = Hold("many");
        await using var other = await _service.StartAnotherAsync(TestService.WithoutWorkers);
        var id = await StartAsync("many");
        var look = await other.Get<RunLooks>().LookAsync("default", id, null, CancellationToken.None);
        for (var n = 0; n < RunStreams.MaxStreams - 1; n++)
        {
            other.Get<RunStreams>().TryOpen("default", id, look!).Should().NotBeNull();
        }

        await using (var last = await EventStream.OpenAsync(other, id))
        {
            last.Status.Should().Be(HttpStatusCode.OK);
            using var refused = await other.Client.GetAsync($"/api/runs/{id}/events");
            (await ApiAnswer.OfAsync(refused)).ShouldBeProblem(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter.Should().NotBeNull();
        }

        // A client that goes makes room.
        await Eventually.IsTrueAsync(
            async () =>
            {
                await using var next = await EventStream.OpenAsync(other, id);
                return next.Status == HttpStatusCode.OK;
            },
            "room for another");
        gate.Release(3);
        await _service.EndAsync(id);
    }

    [TestCase("nonsense", HttpStatusCode.BadRequest)]
    [TestCase("1:2:", HttpStatusCode.BadRequest)]
    public async Task A_wrong_id_is_a_wrong_request(string lastId, HttpStatusCode status)
    {
        var run = await _service.RunAsync("{ key: wrong-id, steps: [{ id: one, type: transform, value: 1 }] }");
        await using var stream = await EventStream.OpenAsync(_service, run.Id, lastId);

        stream.Status.Should().Be(status);
    }

    [Test]
    public async Task A_run_that_is_not_there_is_not_found()
    {
        await using var stream = await EventStream.OpenAsync(_service, Guid.NewGuid());

        stream.Status.Should().Be(HttpStatusCode.NotFound);
    }

    /// <summary>Three calls, one after the other, each held until it is released.</summary>
    private Task<RunId> StartAsync(string key) => _service.StartRunAsync($$"""
        key: {{key}}
        steps:
          - { id: one, call: /{{key}}, timeout_ms: 120000 }
          - { id: two, call: /{{key}}, timeout_ms: 120000, depends_on: [one] }
          - { id: three, call: /{{key}}, timeout_ms: 120000, depends_on: [two] }
        """);

    private SemaphoreSlim Hold(string key)
    {
        var gate = new SemaphoreSlim(0);
        _service.Target.On($"/{key}", async (http, _) =>
        {
            await gate.WaitAsync(http.RequestAborted);
            await TargetServer.JsonAsync(http, 200, """{"ok": true}""");
        });
        return gate;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
