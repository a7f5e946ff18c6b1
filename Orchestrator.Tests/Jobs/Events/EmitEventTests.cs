using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Executors;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Jobs.Events;

/// <summary><c>emit_event</c>: an event of a step, once, and what waits for it.</summary>
[TestFixture]
internal sealed class EmitEventTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        await _service.PutAsync("""
            key: listener
            trigger: { type: event, event_types: [done, again] }
            steps: [{ id: a, type: transform, value: "({ user: run.user_id, intent: run.intent_id, n: inputs.n })" }]
            """);
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    [Test]
    public async Task It_is_stored_for_the_runs_user_and_intent_and_starts_what_waits_for_it()
    {
        var run = await _service.RunAsync("""
            key: emitter
            steps:
              - { id: one, type: transform, value: 41 }
              - { id: tell, type: emit_event, depends_on: [one], config: { eventType: done, payload: { n: "{{ results.one + 1 }}" } } }
              - { id: end, type: transform, depends_on: [tell], value: "({ type: results.tell.event_type, keys: results.tell.dispatched.map(d => d.workflow_key) })" }
            """);

        run.Output.Should().Be("""{"keys":["listener"],"type":"done"}""");
        var started = await EventualOutputAsync("done");
        started.Should().Be("""{"n": 42, "user": "ada", "intent": "learn"}""");
        (await ScalarAsync("select concat_ws(' ', type, user_id, intent_id, payload, dispatched_at is not null) from intent_events where type = 'done'"))
            .Should().Be("""done ada learn {"n": 42} t""");
    }

    [Test]
    public async Task However_often_the_attempt_is_made_even_at_the_same_moment_there_is_one_event_with_one_run()
    {
        var id = await _service.StartRunAsync("{ key: idle, config: { queue: nobody }, steps: [{ id: tell, type: transform, value: 1 }] }");
        var definition = Workflows.Support.Files.Sound(
            "{ key: k, steps: [{ id: tell, type: emit_event, event_type: again, payload: { n: 1, at: '{{ now().getTime() }}' } }] }");
        var executor = _service.Get<IEnumerable<IStepExecutor>>().Single(one => one.Action == typeof(EmitEventAction));

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(number => executor.ExecuteAsync(Attempt(definition, id, number), default).AsTask()));

        results.Should().AllBeOfType<AttemptSucceeded>();
        results.Cast<AttemptSucceeded>().Select(result => result.Output.ToJson()).Distinct().Should().ContainSingle();
        (await ScalarAsync("select count(*) || ' ' || (select count(*) from workflow_runs r join intent_events e on e.event_id = r.trigger_event_id where e.type = 'again') from intent_events where type = 'again'"))
            .Should().Be("1 1");
    }

    [TestCase("event_type: '{{ inputs.none }}'", "Step 'tell': `event_type` came to 0 characters; it has to have 1 to 200.")]
    [TestCase("event_type: 'workflow.{{ \"completed:\" }}idle'", "Step 'tell': `event_type` came to workflow.completed:idle, which is kept for the ends of runs: the service notes them itself.")]
    [TestCase("event_type: x, payload: '{{ [1] }}'", "Step 'tell': `payload` has to be an object, but came to Array.")]
    [TestCase("event_type: x, user_id: '{{ inputs.none }}'", "Step 'tell': an event belongs to a user, and the run has none. Give the step a `user_id`.")]
    [TestCase("event_type: x, intent_id: '{{ \"i\".repeat(201) }}'", "Step 'tell': `intent_id` came to 201 characters; 200 are allowed.")]
    [TestCase("event_type: x, payload: { big: '{{ \"x\".repeat(300000) }}' }", "Step 'tell': `payload` has 300010 bytes; 262144 are allowed (Orchestrator:MaxResponseBytes).")]
    public async Task What_is_no_event_is_dead_at_once(string fields, string message)
    {
        var run = await _service.RunAsync($$"""{ key: no_event, steps: [{ id: tell, type: emit_event, {{fields}} }] }""");

        run["tell"].Attempts.Should().Be(1);
        run.AttemptsOf("tell").Single().ErrorText.Should().Be(message);
    }

    [Test]
    public async Task A_workflow_that_reports_what_starts_it_ends_after_as_many_runs_as_one_that_waits_for_ends()
    {
        await _service.PutAsync("""
            key: echo
            trigger: { type: event, event_types: ping }
            steps: [{ id: tell, type: emit_event, event_type: ping, user_id: me }]
            """);
        await _service.DispatchAsync(new Orchestrator.Jobs.Dispatch.DispatchRequest { WorkflowKey = "echo" });

        await Eventually.IsTrueAsync(
            async () => await ScalarAsync("select count(*)::text from intent_events where type = 'ping' and errors::text like '%in a circle%'") == "1",
            "the chain ends");

        (await ScalarAsync("select count(*)::text from workflow_runs where workflow_key = 'echo'")).Should().Be($"{RunEnd.MaxDepth + 1}");
    }

    private StepAttempt Attempt(WorkflowDefinition definition, Orchestrator.Jobs.Storage.RunId id, int number)
    {
        var run = new RunInfo
        {
            Tenant = "default",
            Id = id,
            WorkflowKey = "k",
            WorkflowVersion = 1,
            Trigger = "api",
            UserId = "eve",
            CreatedAt = DateTime.UnixEpoch.AddDays(number),
        };
        var (workflow, memory) = (new LoadedWorkflow(definition, 1), new RunMemory(run));
        return new StepAttempt
        {
            Step = definition.Steps[0],
            Workflow = workflow,
            Memory = memory,
            StepNumber = 0,
            Run = run,
            Number = number,
            Log = new AttemptLog(() => DateTime.UtcNow),
            Scope = new StepScope(workflow, memory, 0, null, number),
        };
    }

    private Task<string> EventualOutputAsync(string type) => Eventually.GetAsync<string>(
        () => ScalarAsync($"select max(d.output::text) from workflow_run_data d join workflow_runs r using (tenant_id, workflow_run_id) join intent_events e on e.event_id = r.trigger_event_id where e.type = '{type}'")!,
        "the run's end");

    /// <summary>Null: there is nothing, or nothing yet.</summary>
    private async Task<string?> ScalarAsync(string sql) =>
        await _service.Database.ScalarAsync<string>($"select coalesce(({sql})::text, '')") is { Length: > 0 } text ? text : null;
}
