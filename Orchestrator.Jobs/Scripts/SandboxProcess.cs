using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Jobs.Scripts;

/// <summary>
/// One Node.js process, for one script: started, ready, given its script, ended. Killed however the script ends, and by the
/// system when the service dies.
/// </summary>
internal sealed class SandboxProcess : IAsyncDisposable
{
    private const int MaxNoise = 4000;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly Stream _output;
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly StringBuilder _noise = new();

    /// <summary>What it has said; complete when it has ended, or wrote more than it may.</summary>
    private readonly Channel<Value> _messages = Channel.CreateUnbounded<Value>();
    private MemoryStream _line = new();
    private int _at;
    private int _length;
    private long _allowed = 64 * 1024;

    private SandboxProcess(Process process)
    {
        (_process, _output) = (process, process.StandardOutput.BaseStream);

        // Of its own: reading a pipe blocks a thread, and the pool has few.
        new Thread(Listen, maxStackSize: 256 * 1024) { IsBackground = true, Name = "script output" }.Start();
    }

    public int Id => _process.Id;

    /// <summary>It is gone, or has closed its output, which is sooner seen.</summary>
    public bool HasEnded => _process.HasExited || _messages.Reader.Completion.IsCompleted;

    /// <summary>Starts one and waits until it could take a script.</summary>
    /// <exception cref="TimeoutException">The machine has too much to do for it.</exception>
    /// <exception cref="SandboxUnavailableException">It could not be started, or is less shut off than it has to be.</exception>
    public static async Task<SandboxProcess> StartAsync(SandboxCommand command, Launcher launcher, int memoryMb, CancellationToken cancellationToken)
    {
        var process = new SandboxProcess(await launcher.StartAsync(command.Start(memoryMb)));
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(StartPatience);
            await using var stop = patience.Token.Register(process.Kill);
            Value? ready = await process._messages.Reader.WaitToReadAsync(CancellationToken.None) ? await process._messages.Reader.ReadAsync(CancellationToken.None) : default(Value?);
            cancellationToken.ThrowIfCancellationRequested();
            if (ready is null && patience.IsCancellationRequested)
            {
                throw new TimeoutException($"Node.js was not ready for a script within {StartPatience.TotalSeconds:0} s.");
            }

            process.CheckReady(ready, command);
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs the script; cancelled, the process is killed at once.</summary>
    public async Task<ScriptOutcome> RunAsync(ScriptRequest request, Action<string, string> log, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _allowed, request.MaxAnswer);
        await using var stop = cancellationToken.Register(Kill);
        try
        {
            var lines = Encoding.UTF8.GetBytes(request.ToLines());
            await _process.StandardInput.BaseStream.WriteAsync(lines, CancellationToken.None);
            await _process.StandardInput.BaseStream.FlushAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            // It is gone; what it said is read below.
        }

        await foreach (var message in _messages.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (message["log"] is { IsUndefined: false } line)
            {
                log(Word(line[0]), Word(line[1]));
            }
            else if (OutcomeOf(message) is { } outcome)
            {
                return outcome;
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        return Ended(request);
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private void CheckReady(Value? message, SandboxCommand command)
    {
        if (message?["ready"] is not { Kind: ValueKind.Object } ready)
        {
            throw _noise.ToString().Contains("unshare", StringComparison.Ordinal)
                ? SandboxCommand.NoNamespace(_noise.ToString().Trim())
                : new SandboxUnavailableException($"Node.js could not be started for a script: {(_noise.Length == 0 ? "it said nothing" : _noise.ToString().Trim())}");
        }

        if (ready["files"].IsTruthy || ready["children"].IsTruthy)
        {
            throw new SandboxUnavailableException("Node.js did not switch its permission model on, so no script is run: set Orchestrator:Scripts:Node to another one.");
        }

        if (command.IsIsolated && ready["interfaces"] != 0)
        {
            throw SandboxCommand.NoNamespace("a process in it saw a network");
        }
    }

    private static ScriptOutcome? OutcomeOf(Value message)
    {
        if (message["result"] is { Kind: ValueKind.String } json)
        {
            try
            {
                return new ScriptReturned(Value.Parse(json.AsString()));
            }
            catch (JsonException e)
            {
                return new ScriptFailed(ScriptProblem.Invalid, $"The returned value can't be read as JSON: {e.Message}");
            }
        }

        if (message["error"] is not { Kind: ValueKind.Object } error)
        {
            return null;
        }

        var text = Word(error["message"]);
        var place = error["line"] is { Kind: ValueKind.Number } line ? $" (line {Word(line)}, column {Word(error["column"])} of the script)" : "";
        return Word(error["kind"]) switch
        {
            "syntax" => new ScriptFailed(ScriptProblem.Invalid, $"The script is no JavaScript: {text}{place}."),
            "result" => new ScriptFailed(ScriptProblem.Invalid, text),
            _ => new ScriptFailed(ScriptProblem.Thrown, text + place),
        };
    }

    /// <summary>It ended without a word of its own.</summary>
    private ScriptFailed Ended(ScriptRequest request)
    {
        var noise = _noise.ToString();
        string[] signs = ["heap out of memory", "bad_alloc", "out of memory", "Allocation failed", "OOM"];
        return _allowed < 0
            ? new ScriptFailed(ScriptProblem.Thrown, "The script's process wrote more than it may, and was killed.")
            : signs.Any(sign => noise.Contains(sign, StringComparison.OrdinalIgnoreCase))
                ? new ScriptFailed(ScriptProblem.Thrown, $"The script used more than its {request.MemoryMb} MiB (memory_mb), and was killed.")
                : new ScriptFailed(ScriptProblem.Lost, "The script's process is gone: it was killed from outside, or it crashed.");
    }

    private void Listen()
    {
        try
        {
            while (ReadLine() is { } line)
            {
                Take(line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // It has ended.
        }
        finally
        {
            _messages.Writer.Complete();
        }
    }

    /// <summary>A message, or noise of Node.js itself.</summary>
    private void Take(byte[] line)
    {
        if (line is [(byte)'{', ..])
        {
            try
            {
                _messages.Writer.TryWrite(Value.FromUtf8(line));
                return;
            }
            catch (JsonException)
            {
                // Noise too.
            }
        }

        if (_noise.Length < MaxNoise)
        {
            _noise.AppendLine(Encoding.UTF8.GetString(line.AsSpan(0, Math.Min(line.Length, 500))));
        }
    }

    private byte[]? ReadLine()
    {
        while (true)
        {
            var end = Array.IndexOf(_buffer, (byte)'\n', _at, _length - _at);
            _line.Write(_buffer, _at, (end < 0 ? _length : end) - _at);
            _at = end < 0 ? _length : end + 1;
            if (end >= 0)
            {
                var line = _line.ToArray();
                _line = new MemoryStream();
                return line;
            }

            (_at, _length) = (0, _output.Read(_buffer));
            if (_length == 0 || Interlocked.Add(ref _allowed, -_length) < 0)
            {
                Kill();
                return null;
            }
        }
    }

    private static string Word(Value value) => value.ToText();
}
