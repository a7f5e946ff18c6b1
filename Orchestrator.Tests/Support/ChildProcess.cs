using System.Diagnostics;
using System.Globalization;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Support;

/// <summary>A real second process that runs <see cref="ChildProgram"/>; killed when disposed, if it still lives.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private ChildProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public static Task<ChildProcess> StartAsync(params string[] arguments) => StartAsync(user: null, [], arguments);

    /// <summary>The same as another user, which only root may; null: the current one.</summary>
    public static Task<ChildProcess> StartAsAsync(string? user, params string[] arguments) => StartAsync(user, [], arguments);

    /// <summary>
    /// The same with a clock that is off by so many hours. Where the machine has no libfaketime the test is skipped, with a
    /// message that says what to install.
    /// </summary>
    public static Task<ChildProcess> StartOffAsync(int hours, params string[] arguments)
    {
        const string library = "libfaketime.so.1";
        var path = Directory.Exists("/usr/lib")
            ? Directory.EnumerateFiles("/usr/lib", library, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true }).FirstOrDefault()
            : null;
        if (path is null)
        {
            Assert.Ignore("libfaketime is not installed; on Debian apt-get install libfaketime.");
        }

        return StartAsync(user: null, [("LD_PRELOAD", path), ("FAKETIME", $"{hours:+0;-0}h"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1")], arguments);
    }

    private static async Task<ChildProcess> StartAsync(string? user, (string Name, string Value)[] environment, string[] arguments)
    {
        string[] command = ["exec", typeof(ChildProgram).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo("dotnet", command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        OtherUser.Become(start, user);
        var child = new ChildProcess(Process.Start(start)!);
        return await child._process.StandardOutput.ReadLineAsync() == ChildProgram.Ready
            ? child
            : throw new InvalidOperationException($"The child did not come up: {await child._errors}");
    }

    /// <summary>Lets it go on, and waits for its end.</summary>
    public async Task FinishAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.StandardInput.FlushAsync();
        await _process.WaitForExitAsync();
        if (_process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The child ended with {_process.ExitCode}: {await _errors}");
        }
    }

    /// <summary>Lets it stand still, as a machine does that is paused; its connections stay open.</summary>
    public Task PauseAsync() => SignalAsync("-STOP");

    /// <summary>Lets it go on.</summary>
    public Task ContinueAsync() => SignalAsync("-CONT");

    /// <summary><c>kill -9</c>.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    private async Task SignalAsync(string signal) =>
        (await ServerCommand.RunAsync("kill", [signal, _process.Id.ToString(CultureInfo.InvariantCulture)], user: null, CancellationToken.None))
            .Succeeded.Should().BeTrue();

    /// <summary>Kills it if it still lives.</summary>
    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
