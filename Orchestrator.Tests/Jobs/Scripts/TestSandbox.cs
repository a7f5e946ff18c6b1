using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Scripts;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Tests.Jobs.Scripts;

/// <summary>The sandbox alone, without a service around it.</summary>
internal sealed class TestSandbox : IAsyncDisposable
{
    private readonly OrchestratorOptions _options;

    public TestSandbox(Action<ScriptOptions>? configure = null)
    {
        _options = new OrchestratorOptions();
        configure?.Invoke(_options.Scripts);
        _options.Problems().Should().BeEmpty();
        Sandbox = new Sandbox(_options, NullLogger<Sandbox>.Instance);
    }

    public Sandbox Sandbox { get; }

    /// <summary>Lines of the consoles, in order.</summary>
    public List<(string Level, string Text)> Lines { get; } = [];

    public async Task<ScriptOutcome> RunAsync(string script, string given = "{}", int limitMs = 20_000, int memoryMb = 64, params string[] modules)
    {
        using var limit = new CancellationTokenSource(limitMs);
        return await Sandbox.RunAsync(Request(script, given, memoryMb, modules), (level, text) => Lines.Add((level, text)), limit.Token);
    }

    /// <summary>What the script returned, as JSON; anything else fails the test.</summary>
    public async Task<string> ReturnedAsync(string script, string given = "{}", params string[] modules) =>
        (await RunAsync(script, given, modules: modules)).Should().BeOfType<ScriptReturned>().Which.Result.ToJson();

    /// <summary>How it failed; anything else fails the test.</summary>
    public async Task<ScriptFailed> FailedAsync(string script, params string[] modules) =>
        (await RunAsync(script, modules: modules)).Should().BeOfType<ScriptFailed>().Subject;

    public ValueTask DisposeAsync() => Sandbox.DisposeAsync();

    private ScriptRequest Request(string script, string given, int memoryMb, string[] modules) => new()
    {
        Script = script,
        Given = Value.Parse(given),
        MemoryMb = memoryMb,
        MaxResult = 256 * 1024,
        MaxLines = 200,
        AllowedModules = modules,
        Modules = new ModuleFolder(_options, new ProjectFolders("", "/nowhere")).Read(script, modules),
    };
}
