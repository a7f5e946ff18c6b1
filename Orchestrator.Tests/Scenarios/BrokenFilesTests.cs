using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orchestrator.Jobs.Storage.Embedded;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>Whatever is dropped into the folder of a running service: each is reported once, and nothing else happens.</summary>
[TestFixture]
[Platform(Include = "Linux,MacOsX")]
internal sealed class BrokenFilesTests
{
    private const string Good = "key: good\nsteps: [{id: a, type: transform, value: \"'first'\"}]\noutput: results.a\n";

    [Test]
    public async Task Each_is_reported_once_with_its_place_and_the_good_ones_go_on()
    {
        await using var scene = await Scene.StartAsync();
        Write(scene, "a_good.yml", Good);
        Write(scene, "kept.yml", Good.Replace("good", "kept"));
        // Root may read everything: the service is somebody else.
        var service = await scene.ServeAsAsync(OtherUser.Name);

        foreach (var broken in BrokenFile.All)
        {
            await broken.MakeAsync(Path.Combine(scene.Folder, "workflows", broken.Name));
        }

        Write(scene, "kept.yml", "key: kept\nsteps: [");
        await Eventually.IsTrueAsync(
            () => Task.FromResult(BrokenFile.All.All(broken => Lines(service, broken.Name).Count > 0) && Lines(service, "kept.yml").Count > 0),
            "A word about each");
        var churn = ChurnAsync(scene);
        await TakesOverAsync(scene, service, "'second'");
        await churn;
        await TakesOverAsync(scene, service, "'third'");

        ExpectEachSaidOnce(service);
        (await OutputAsync(service, "kept")).Should().Be("first", "the last good version stays");
        service.Output.Should().NotContain("   at ").And.NotContain("could not be taken over");
        await ExpectSaneAsync(service);
        await ServerCommand.RunAsync("chmod", ["755", Path.Combine(scene.Folder, "workflows", "locked_folder")], user: null, CancellationToken.None);
        await Eventually.IsTrueAsync(
            async () => (await service.Client.GetAsync("/api/workflows/inside")).IsSuccessStatusCode, "The file of a folder that was opened");
    }

    private static void ExpectEachSaidOnce(ServiceProcess service)
    {
        var wrong = new List<string>();
        foreach (var broken in BrokenFile.All)
        {
            var lines = Lines(service, broken.Name);
            var expected = new Regex($@" {Regex.Escape(broken.Name)}:{(broken.Place.EndsWith(':') ? broken.Place + @"\d+" : broken.Place.Length == 0 ? @"\d+:\d+" : broken.Place)}: error: .+");
            if (lines.Distinct().Count() != lines.Count || !lines.Any(line => expected.IsMatch(line) && line.Contains(broken.Said, StringComparison.Ordinal)))
            {
                wrong.Add($"{broken.Name} ({broken.Place}, {broken.Said}):\n{string.Join('\n', lines.Take(5))}");
            }
        }

        wrong.Should().BeEmpty();
    }

    /// <summary>What was logged about a file, without the time.</summary>
    private static List<string> Lines(ServiceProcess service, string name) =>
    [
        .. service.Output.Split('\n')
            .Where(line => Regex.IsMatch(line, $@"\] {Regex.Escape(name)}:\d"))
            .Select(line => line[line.IndexOf(']', StringComparison.Ordinal)..]),
    ];

    /// <summary>Files that come and go while they are looked for.</summary>
    private static async Task ChurnAsync(Scene scene)
    {
        for (var i = 0; i < 300; i++)
        {
            Write(scene, $"gone_{i % 10}.yml", $"key: gone_{i % 10}\nsteps: [{{id: a, type: transform, value: {i}}}]\n");
            await Task.Delay(10);
            File.Delete(Path.Combine(scene.Folder, "workflows", $"gone_{i % 10}.yml"));
        }
    }

    private static async Task TakesOverAsync(Scene scene, ServiceProcess service, string value)
    {
        Write(scene, "a_good.yml", Good.Replace("'first'", value));
        await Eventually.IsTrueAsync(
            async () => (await service.Client.GetFromJsonAsync<JsonElement>("/api/workflows/good")).GetProperty("content").GetString()!.Contains(value),
            $"The good workflow with {value}");
        (await OutputAsync(service, "good")).Should().Be(value.Trim('\''));
    }

    private static async Task<string?> OutputAsync(ServiceProcess service, string workflow)
    {
        var run = (await Scene.DispatchAsync(service, workflow, 1)).Single();
        var ended = await Eventually.GetAsync(
            async () => await service.Client.GetFromJsonAsync<JsonDocument>($"/api/runs/{run}") is { } found
                && found.RootElement.GetProperty("status").GetString() is "success" or "failed" ? found : null,
            $"The end of a run of {workflow}");
        return ended.RootElement.GetProperty("output").GetString();
    }

    private static async Task ExpectSaneAsync(ServiceProcess service)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var status = await File.ReadAllLinesAsync($"/proc/{service.Id}/status");
        int Of(string name) => int.Parse(Regex.Match(status.Single(line => line.StartsWith(name, StringComparison.Ordinal)), @"\d+").Value, CultureInfo.InvariantCulture);
        await TestContext.Progress.WriteLineAsync($"peak memory {Of("VmHWM:") / 1024} MiB, {Of("Threads:")} threads");
        Of("VmHWM:").Should().BeLessThan(1024 * 1024, "KiB at the peak");
        Of("Threads:").Should().BeLessThan(150, "none waits for a pipe");
    }

    private static void Write(Scene scene, string file, string content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(scene.Folder, "workflows")).FullName;
        File.WriteAllText(Path.Combine(folder, file), content);
    }
}
