using System.Globalization;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>Processes of scripts, killed, and left behind by a service that is.</summary>
[TestFixture]
[Platform(Include = "Linux")]
internal sealed class ScriptKillTests
{
    private const string Endless = """
        key: endless
        steps: [{id: a, type: script, timeout: 600000, script: 'for (;;);'}]
        """;

    [SetUp]
    public void Require() => NodeJs.Require();

    [Test]
    public async Task A_killed_service_leaves_no_process_of_a_script()
    {
        await using var place = Place.Create(("endless.yml", Endless));
        await using var service = await place.ServeAsync();
        using var dispatched = await service.Client.PostAsync("/api/runs", new StringContent("""{"workflow_key": "endless"}""", System.Text.Encoding.UTF8, "application/json"));
        dispatched.EnsureSuccessStatusCode();
        var nodes = await Eventually.GetAsync(() => Task.FromResult(Below(service.Id) is { Count: > 1 } found && found.Any(IsBusy) ? found : null), "A script that is under way");

        await service.KillAsync();

        await Eventually.IsTrueAsync(() => Task.FromResult(!nodes.Any(IsAlive)), "The end of all");
    }

    [Test]
    public async Task A_script_whose_process_is_killed_is_tried_again()
    {
        await using var service = await TestService.StartAsync();
        var id = await service.StartRunAsync("""
            key: killed_once
            steps:
              - id: a
                type: script
                timeout: 600000
                retry: {max_attempts: 2, delay_ms: 0}
                script: |
                  console.log('attempt');
                  for (;;);
            """);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var busy = await Eventually.GetAsync(() => Task.FromResult(Below(Environment.ProcessId).Where(IsBusy).Cast<int?>().FirstOrDefault()?.ToString(CultureInfo.InvariantCulture)), "A busy script");
            (await ServerCommand.RunAsync("kill", ["-KILL", busy], user: null, CancellationToken.None)).Succeeded.Should().BeTrue();
            await Eventually.IsTrueAsync(() => Task.FromResult(!IsAlive(int.Parse(busy, CultureInfo.InvariantCulture))), "Its end");
        }

        var run = await service.EndAsync(id);
        run.AttemptsOf("a").Should().HaveCount(2).And.OnlyContain(attempt => attempt.ErrorText!.StartsWith("The script's process is gone"));
    }

    /// <summary>The Node.js processes that a process has started, by their numbers.</summary>
    private static List<int> Below(int ancestor)
    {
        var all = Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])).Select(folder => Stat(folder)).OfType<(int Id, string Name, int Parent, long Ticks)>().ToDictionary(one => one.Id);
        return [.. all.Values.Where(one => one.Name == "node" && all.TryGetValue(one.Parent, out var parent) && (one.Parent == ancestor || parent.Parent == ancestor)).Select(one => one.Id)];
    }

    /// <summary>Whether it has computed for longer than Node.js takes to start.</summary>
    private static bool IsBusy(int process) => Stat($"/proc/{process}") is { Ticks: > 30 };

    private static bool IsAlive(int process) => Stat($"/proc/{process}") is { Name: "node" };

    private static (int Id, string Name, int Parent, long Ticks)? Stat(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] == "Z" ? null : (Number(text.Split(' ')[0]), text.Split('(', ')')[1], Number(fields[1]), Number(fields[11]));
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
