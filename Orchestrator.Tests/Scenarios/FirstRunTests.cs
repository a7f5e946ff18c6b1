using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Tests.Support;
using Orchestrator.Workflows.Readiness;

namespace Orchestrator.Tests.Scenarios;

/// <summary>What somebody sees who has the program and a folder with workflows, and nothing else.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
internal sealed class FirstRunTests
{
    private const string Hopeless = """
        key: hopeless
        steps:
          - {id: shout, url: 'http://127.0.0.1:1/nobody', retry: {max_attempts: 1}}
        """;

    [Test]
    public async Task First_run_brings_everything_and_the_second_finds_it()
    {
        await using var place = Place.Create();
        var start = Stopwatch.StartNew();

        var (code, output) = await place.RunAsync("run", "daily_instructor_v1", "--user", "ada");

        await TestContext.Progress.WriteLineAsync($"first run: {start.Elapsed.TotalMilliseconds:0} ms");
        code.Should().Be(0, output);
        var lines = output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        lines[0].Should().MatchRegex("^run [0-9a-f-]{36}$");
        lines.Skip(1).Take(3).Select(line => line.Split(' ')[0]).Should().Equal("gather_signals", "create_plan", "notify");
        lines.Skip(1).Take(3).Should().OnlyContain(line => Regex.IsMatch(line, "^[a-z_]+ attempt 1 [0-9]+ ms ok$"));
        using var result = JsonDocument.Parse(string.Join('\n', lines.Skip(4)));
        result.RootElement.GetProperty("delivered_to").GetString().Should().Be("ada");
        place.Server.Should().BeNull("it stops its database when it ends");

        start.Restart();
        (code, output) = await place.RunAsync("run", "weekly_seed_v1");

        await TestContext.Progress.WriteLineAsync($"second run: {start.Elapsed.TotalMilliseconds:0} ms");
        code.Should().Be(0, output);
    }

    [Test]
    public async Task Run_says_what_went_wrong_and_ends_with_a_code()
    {
        await using var place = Place.Create(("hopeless.yml", Hopeless));

        var (unknown, said) = await place.RunAsync("run", "nothing_of_the_sort");
        var (failed, why) = await place.RunAsync("run", "hopeless");

        unknown.Should().Be(2);
        said.Should().Contain("There is no workflow 'nothing_of_the_sort'").And.NotContain("   at ");
        failed.Should().Be(1);
        why.Should().Contain("shout attempt 1").And.Contain("127.0.0.1:1/nobody could not be reached").And.Contain("ended as failed");
    }

    [Test]
    public async Task Validate_names_every_mistake_with_its_place()
    {
        await using var place = Place.Create();

        var (good, _) = await place.RunAsync("validate");
        await File.WriteAllTextAsync(
            Path.Combine(place.Folder, "workflows", "broken.yml"), "key: broken\nsteps:\n  - {id: a, tipe: http, url: 'http://x'}\n");
        var (bad, said) = await place.RunAsync("validate");

        good.Should().Be(0);
        bad.Should().Be(1);
        said.Should().MatchRegex(@"broken\.yml:3:\d+").And.Contain("tipe");
        place.Server.Should().BeNull("it needs no database");
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public async Task Serve_greets_keeps_its_key_to_itself_and_stops_when_it_is_told_to()
    {
        await using var place = Place.Create();
        await using var service = await place.ServeAsync(("ORCHESTRATOR_ADMIN_KEY", null));
        await Eventually.IsTrueAsync(
            () => Task.FromResult(service.Output.Contains("curl -X POST", StringComparison.Ordinal)), "The greeting");

        service.Output.Should().Contain($"Serving on {service.Client.BaseAddress!.OriginalString}, {Place.Samples().Count(file => file != ReadinessSettings.FileName && !file.StartsWith("templates", StringComparison.Ordinal))} workflows from {Path.Combine(place.Folder, "workflows")}")
            .And.Contain($"Admin key in {place.AdminKeyFile}");
        File.GetUnixFileMode(place.AdminKeyFile).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        place.Server.Should().NotBeNull();

        (await service.StopAsync()).Should().Be(0, service.Output);
        place.Server.Should().BeNull("the last one out stops it");
    }
}
