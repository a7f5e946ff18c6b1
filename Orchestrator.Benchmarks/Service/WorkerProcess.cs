using System.Diagnostics;
using System.Globalization;

namespace Orchestrator.Benchmarks.Service;

/// <summary>
/// A worker in a process of its own: this program, started with <see cref="Argument"/>. It writes a line when it is
/// ready, then one for each <see cref="StartJob"/>: its start, as a timestamp of the machine's clock.
/// </summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    public const string Argument = "--worker";

    private readonly Process _process;

    private WorkerProcess(Process process) => _process = process;

    public static async Task<WorkerProcess> StartAsync(string connectionString, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(WorkerProcess).Assembly.Location);
        }

        start.ArgumentList.Add(Argument);
        var worker = new WorkerProcess(Process.Start(start)!);
        await worker._process.StandardInput.WriteLineAsync(connectionString);
        await worker.ReadAsync(cancellationToken);
        return worker;
    }

    /// <summary>When the next job has started.</summary>
    public Task<long> NextAsync(CancellationToken cancellationToken) => ReadAsync(cancellationToken);

    /// <summary>The end of its input ends it.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>What the worker process does.</summary>
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        // The console's own reader would block.
        using var input = new StreamReader(Console.OpenStandardInput());
        var connectionString = await input.ReadLineAsync(cancellationToken)
            ?? throw new UsageException($"{Argument} is for the benchmarks themselves.");
        await using var service = await BenchmarkedService.ConnectAsync(connectionString, works: true, cancellationToken);
        await ReportAsync(Stopwatch.GetTimestamp());
        var ended = input.ReadLineAsync(cancellationToken).AsTask();
        while (true)
        {
            var started = StartJob.NextAsync();
            if (await Task.WhenAny(started, ended) == ended)
            {
                return;
            }

            await ReportAsync(await started);
        }
    }

    private static async Task ReportAsync(long timestamp)
    {
        await Console.Out.WriteLineAsync(timestamp.ToString(CultureInfo.InvariantCulture));
        await Console.Out.FlushAsync();
    }

    private async Task<long> ReadAsync(CancellationToken cancellationToken) =>
        long.Parse(
            await _process.StandardOutput.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("The worker process has ended."),
            CultureInfo.InvariantCulture);
}
