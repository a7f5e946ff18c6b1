using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Orchestrator.Jobs.Scripts;

/// <summary>
/// The command that starts one sandboxed Node.js. On Linux a chain of programs that each take something away and then
/// become the next: setpriv (dies with the service) → unshare (no network, no other processes) → sh (both outputs are one)
/// → prlimit (memory, files) → setpriv (user, rights) → node (permission model, no files at all: its program is an argument).
/// </summary>
internal sealed partial class SandboxCommand
{
    /// <summary>What Node.js itself needs besides the script's memory.</summary>
    private const int OwnMemoryMb = 96;

    /// <summary>Nobody's: above what distributions and containers give away.</summary>
    private const long UserId = 1_879_100_000;

    private const long Nobody = 65_534;
    private static readonly string[] Programs = ["setpriv", "unshare", "prlimit"];
    private static readonly string Program = Embedded("runner.js") is var runner
        ? $"const contextSource = {JsonSerializer.Serialize(Embedded("context.js"))};\n{runner}"
        : "";

    private readonly string _node;
    private readonly string[] _permission;
    private readonly bool _isOpen;

    private SandboxCommand(string node, string[] permission, bool isOpen) => (_node, _permission, _isOpen) = (node, permission, isOpen);

    /// <summary>Whether what runs in it is cut off from the network.</summary>
    public bool IsIsolated => !_isOpen;

    /// <summary>Looks at the machine.</summary>
    /// <exception cref="SandboxUnavailableException">Something is missing.</exception>
    public static SandboxCommand Find(ScriptOptions options)
    {
        var node = OnPath(options.Node) ?? throw new SandboxUnavailableException(
            $"`script` steps need Node.js 20 or newer, and there is no '{options.Node}' on the PATH: install it (on Debian apt-get install nodejs), or set Orchestrator:Scripts:Node.");
        var permission = PermissionOf(VersionOf(node), node);
        var missing = OperatingSystem.IsLinux() ? Programs.Where(program => OnPath(program) is null).ToArray() : Programs;
        if (missing.Length > 0 && !options.AllowWithoutNamespaces)
        {
            throw NoNamespace(OperatingSystem.IsLinux()
                ? $"{string.Join(", ", missing)} of util-linux is not on the PATH"
                : "that exists on Linux only");
        }

        return new SandboxCommand(node, permission, options.AllowWithoutNamespaces);
    }

    public static SandboxUnavailableException NoNamespace(string why) => new(
        $"`script` steps run without a network, in a namespace of their own, which can't be made here: {why}. Run the service as root, allow unprivileged user "
        + "namespaces, or, where every author of a workflow may use this machine's network, set Orchestrator:Scripts:AllowWithoutNamespaces to true.");

    /// <summary>What starts a process with so much memory for its script.</summary>
    public ProcessStartInfo Start(int memoryMb)
    {
        string[] node = [_node, .. _permission, "--no-warnings", "--disallow-code-generation-from-strings", "--v8-pool-size=0", "--single-threaded-gc",
            Text($"--max-old-space-size={memoryMb}"), "--max-semi-space-size=4", "-e", Program];
        string[] command = [.. Chain(memoryMb), .. node];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = OperatingSystem.IsWindows() ? Path.GetTempPath() : "/",
        };
        start.Environment.Clear();
        return start;
    }

    private IEnumerable<string> Chain(int memoryMb)
    {
        if (!OperatingSystem.IsLinux() || OnPath("setpriv") is not { } setpriv || OnPath("prlimit") is not { } prlimit)
        {
            return [];
        }

        var isRoot = Environment.IsPrivilegedProcess;
        string[] namespaces = _isOpen ? [] :
            [OnPath("unshare")!, .. isRoot ? Array.Empty<string>() : ["--user", "--map-current-user"], "--net", "--pid", "--fork", "--kill-child", "--"];
        var user = Text($"{FreeUser()}");
        string[] rights = isRoot ? [$"--reuid={user}", $"--regid={user}", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"] : [];
        return
        [
            setpriv, "--pdeathsig", "KILL", "--", .. namespaces,
            "/bin/sh", "-c", "exec \"$@\" 2>&1", "sh",
            prlimit, Text($"--data={(memoryMb + OwnMemoryMb) * 1024L * 1024}"), "--core=0", "--nofile=64", "--fsize=0", "--",
            setpriv, .. rights, "--no-new-privs", "--pdeathsig", "KILL", "--",
        ];
    }

    /// <summary>A user of no one; where this machine is a container that has few users, nobody.</summary>
    private static long FreeUser() => File.ReadLines("/proc/self/uid_map")
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray())
        .Any(range => UserId >= range[0] && UserId < range[0] + range[2]) ? UserId : Nobody;

    private static string[] PermissionOf((int Major, int Minor) version, string node) => version switch
    {
        ( < 20, _) => throw new SandboxUnavailableException(
            $"`script` steps need Node.js 20 or newer; {node} is version {version.Major}.{version.Minor}: install a newer one, or set Orchestrator:Scripts:Node."),
        ( >= 24, _) or (23, >= 5) or (22, >= 13) => ["--permission"],
        _ => ["--experimental-permission"],
    };

    private static (int Major, int Minor) VersionOf(string node)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(node, ["--version"]) { RedirectStandardOutput = true })!;
            var answer = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (VersionText().Match(answer) is { Success: true } match)
            {
                return (int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No program, or none for this user.
        }

        throw new SandboxUnavailableException($"`script` steps need Node.js 20 or newer; {node} is none: install it, or set Orchestrator:Scripts:Node.");
    }

    private static string? OnPath(string program) =>
        Path.IsPathFullyQualified(program)
            ? File.Exists(program) ? program : null
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
                .FirstOrDefault(File.Exists);

    private static string Embedded(string name)
    {
        using var stream = typeof(SandboxCommand).Assembly.GetManifestResourceStream($"Orchestrator.Jobs.Scripts.{name}")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\Av(\d+)\.(\d+)\.", RegexOptions.CultureInvariant)]
    private static partial Regex VersionText();
}
