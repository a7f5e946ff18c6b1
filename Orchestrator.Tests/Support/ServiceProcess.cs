using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Orchestrator.Jobs.Storage.Embedded;

namespace Orchestrator.Tests.Support;

/// <summary>The built service as a process of its own, which can be killed.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    public const string AdminKey = "test-admin-key-0123456789";

    private static readonly string Service = Path.Combine(AppContext.BaseDirectory, "Orchestrator.Web.dll");

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ServiceProcess(Process process) => _process = process;

    /// <summary>A client with the admin key.</summary>
    public HttpClient Client { get; } = new();

    public int Id => _process.Id;

    public bool HasEnded => _process.HasExited;

    /// <summary>What it has printed so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public static Task<ServiceProcess> StartAsync(string folder, params (string Name, string? Value)[] environment) =>
        StartAsAsync(user: null, folder, environment);

    /// <summary>The same as another user, which only root may; null: the current one.</summary>
    public static async Task<ServiceProcess> StartAsAsync(string? user, string folder, params (string Name, string? Value)[] environment)
    {
        var service = Launch(Service, folder, ["serve"], environment, user);
        await service.ListensAsync();
        return service;
    }

    /// <summary>Starts another program that serves HTTP, and waits until it listens.</summary>
    public static async Task<ServiceProcess> StartProgramAsync(
        string program, string folder, params (string Name, string? Value)[] environment)
    {
        var service = Launch(program, folder, [], environment);
        await service.ListensAsync();
        return service;
    }

    private async Task ListensAsync()
    {
        var address = await _address.Task.WaitAsync(TimeSpan.FromMinutes(1));
        Client.BaseAddress = address;
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminKey);
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string folder, string[] arguments, params (string Name, string? Value)[] environment)
    {
        await using var command = Launch(Service, folder, arguments, environment);
        await command._process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        return (command._process.ExitCode, command.Output);
    }

    /// <summary>SIGTERM, and waits until it has ended; the answer is its exit code.</summary>
    public async Task<int> StopAsync()
    {
        (await ServerCommand.RunAsync("kill", ["-TERM", Id.ToString(CultureInfo.InvariantCulture)], user: null, CancellationToken.None))
            .Succeeded.Should().BeTrue();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return _process.ExitCode;
    }

    /// <summary><c>kill -9</c>, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        Client.Dispose();
        _process.Dispose();
    }

    private static ServiceProcess Launch(
        string program, string folder, string[] arguments, (string Name, string? Value)[] environment, string? user = null)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["ORCHESTRATOR_ADMIN_KEY"] = AdminKey;
        foreach (var (name, value) in environment)
        {
            start.Environment.Remove(name);
            if (value is not null)
            {
                start.Environment[name] = value;
            }
        }

        OtherUser.Become(start, user);
        var service = new ServiceProcess(new Process { StartInfo = start });
        service._process.OutputDataReceived += (_, line) => service.Take(line.Data);
        service._process.ErrorDataReceived += (_, line) => service.Take(line.Data);
        service._process.Exited += (_, _) => service._address.TrySetException(
            new InvalidOperationException($"The service ended before it listened:\n{service.Output}"));
        service._process.EnableRaisingEvents = true;
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        const string greeting = "Serving on ";
        if (line.StartsWith(greeting, StringComparison.Ordinal))
        {
            _address.TrySetResult(new Uri(line[greeting.Length..line.IndexOf(',')]));
        }

        // As ASP.NET Core itself says it.
        const string listening = "Now listening on: ";
        if (line.IndexOf(listening, StringComparison.Ordinal) is >= 0 and var at)
        {
            _address.TrySetResult(new Uri(line[(at + listening.Length)..].Trim()));
        }
    }
}
