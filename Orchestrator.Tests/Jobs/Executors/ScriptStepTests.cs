using System.Text.Json.Nodes;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Executors;

/// <summary>Steps in JavaScript, run by the real service.</summary>
[TestFixture]
[Platform(Include = "Linux")]
internal sealed class ScriptStepTests
{
    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        NodeJs.Require();
        _service = await TestService.StartAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await (_service?.DisposeAsync() ?? default);

    [Test]
    public async Task The_samples_of_seed_002_run_as_they_are_written()
    {
        var run = await _service.RunAsync("""
            key: seed_scripts
            variables: { transformConfig: { a: 1 } }
            steps:
              - id: data-fetch
                type: transform
                value: '[{ id: 1 }, { id: 2 }]'
              - id: data-transform
                type: script
                name: Transform Data
                depends_on: [data-fetch]
                config:
                  script: |
                    // Access workflow context
                    const inputData = results["data-fetch"];
                    const config = variables.transformConfig;

                    // Perform transformation
                    const transformed = inputData.map(item => ({
                      ...item,
                      processed: true,
                      timestamp: new Date()
                    }));

                    console.log(`Transformed ${transformed.length} items`);

                    return {
                      data: transformed,
                      count: transformed.length,
                      processingTime: Date.now() - startTime
                    };
                  language: 'javascript'
                  timeout: 30000
                  allowedModules: ['lodash', 'uuid']
                next: [save-results]
              - id: save-results
                type: script
                name: Save Results
                config:
                  script: |
                    console.log('Saving results...');
                    // Process results from previous steps
                    return { saved: true, timestamp: new Date() };
            """);

        run.Status.Should().Be("success", run.Row.Error);
        var result = JsonNode.Parse(run["data-transform"].Output!)!;
        ((int)result["count"]!, (bool)result["data"]![1]!["processed"]!, (int)result["data"]![1]!["id"]!).Should().Be((2, true, 2));
        ((string)result["data"]![0]!["timestamp"]!).Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
        ((double)result["processingTime"]!).Should().BeInRange(0, 30_000);
        run.AttemptsOf("data-transform")[0].Logs.Should().Contain("Transformed 2 items").And.Contain("\"info\"");
        run.AttemptsOf("save-results")[0].Logs.Should().Contain("Saving results...");
        run["data-transform"].History.Should().Contain("Processing", "it is written before it starts");
    }

    [Test]
    public async Task It_gets_inputs_variables_and_the_run_and_its_result_is_read_by_the_next()
    {
        var run = await _service.RunAsync(
            """
            key: script_context
            variables: { factor: 3 }
            steps:
              - {id: a, type: script, script: 'return { n: inputs.n * variables.factor, who: run.user_id }'}
              - {id: b, type: script, script: 'return Object.entries(results).map(([id, r]) => `${id}: ${r.n} ${r.who}`)', depends_on: a}
            output: results.b
            """,
            """{"n": 14}""");

        run.Output.Should().Be("""["a: 42 ada"]""", run.Row.Error);
    }

    [TestCase("on: [script_error]", 3)]
    [TestCase("on: [network]", 1)]
    [TestCase("jitter: false", 3)]
    public async Task An_error_is_tried_again_where_the_policy_says_so(string on, int attempts)
    {
        var run = await _service.RunAsync($$"""
            key: script_throws_{{attempts}}_{{on.Length}}
            steps:
              - id: a
                type: script
                retry: {max_attempts: 3, delay_ms: 0, {{on}} }
                script: |
                  console.error('before');
                  throw new Error('boom');
            """);

        run.AttemptsOf("a").Should().HaveCount(attempts).And.OnlyContain(one =>
            one.ErrorText == "Error: boom (line 2, column 7 of the script)" && one.Logs!.Contains("before"));
    }

    [TestCase("return ((", "The script is no JavaScript: *")]
    [TestCase("return 1n", "The returned value can't be written as JSON: *")]
    [TestCase("return 1 // %", "The script has * bytes; 262144 are allowed (Orchestrator:Scripts:MaxSourceBytes).")]
    public async Task What_can_t_be_mended_by_another_attempt_gets_none(string script, string message)
    {
        var run = await _service.RunAsync($"key: script_invalid_{message.Length}\nsteps: [{{id: a, type: script, script: '{script.Replace("%", new string('x', 300_000))}'}}]\n");

        run.Status.Should().Be("failed");
        run.AttemptsOf("a").Should().ContainSingle().Which.ErrorText.Should().Match(message);
    }

    [Test]
    public async Task More_memory_than_the_operator_allows_is_refused()
    {
        var run = await _service.RunAsync("{key: script_greedy, steps: [{id: a, type: script, script: return 1, memory_mb: 512}]}");

        run.AttemptsOf("a").Should().ContainSingle().Which.ErrorText.Should().Be("The step's memory_mb is 512; 256 are allowed (Orchestrator:Scripts:MaxMemoryMb).");
    }

    [Test]
    public async Task An_endless_script_is_a_timeout_and_keeps_its_lines()
    {
        var run = await _service.RunAsync("""
            key: script_endless
            steps: [{id: a, type: script, timeout: 2500, retry: {max_attempts: 2, delay_ms: 0, on: [timeout]}, script: 'console.log("on my way"); for (;;);'}]
            """);

        run.AttemptsOf("a").Should().HaveCount(2).And.OnlyContain(one => one.ErrorText!.StartsWith("No end within 2500 ms") && one.Logs!.Contains("on my way"));
    }

    [Test]
    public async Task Another_amount_of_memory_is_a_process_of_its_own()
    {
        const string fill = "const all = []; for (let i = 0; i < 60; i++) all.push(new Array(131072).fill(i + 0.5)); return all.length";
        var run = await _service.RunAsync($$"""
            key: script_memory
            steps:
              - {id: much, type: script, memory_mb: 200, script: '{{fill}}'}
              - {id: little, type: script, memory_mb: 16, script: '{{fill}}', retry: {max_attempts: 1} }
            """);

        run["much"].Output.Should().Be("60");
        run.AttemptsOf("little").Should().ContainSingle().Which.ErrorText.Should().Be("The script used more than its 16 MiB (memory_mb), and was killed.");
    }
}
