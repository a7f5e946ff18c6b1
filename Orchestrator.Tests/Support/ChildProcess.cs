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
    public static Task<ChildProcess> StartAsync(params string[] arguments) => StartAsAsync(user: null, arguments);

    /// <summary>The same as another user, which only root may; null: the current one.</summary>
    public static async Task<ChildProcess> StartAsAsync(string? user, params string[] arguments)
    {
        string[] command = ["exec", typeof(ChildProgram).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo("dotnet", command)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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
