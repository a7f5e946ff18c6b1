using System.ComponentModel;
using System.Diagnostics;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>What a command left: its exit code, and what it wrote to both outputs.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    /// <summary>True when the command ended with 0.</summary>
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs PostgreSQL's programs, as another user where one is given.</summary>
internal static class ServerCommand
{
    /// <summary>
    /// Runs a program to its end. A cancelled call kills it. With a <paramref name="user"/> the program is that
    /// user's (root only); HOME and the current folder are set to places that any user can reach.
    /// </summary>
    public static async Task<CommandResult> RunAsync(
        string program, IEnumerable<string> arguments, string? user, CancellationToken cancellation)
    {
        using var process = new Process { StartInfo = Describe(program, arguments, user) };
        try
        {
            process.Start();
        }
        catch (Win32Exception notStarted)
        {
            return new CommandResult(-1, notStarted.Message);
        }

        try
        {
            return await FinishAsync(process, cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static async Task<CommandResult> FinishAsync(Process process, CancellationToken cancellation)
    {
        if (!process.StartInfo.RedirectStandardOutput)
        {
            await process.WaitForExitAsync(cancellation);
            return new CommandResult(process.ExitCode, "");
        }

        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new CommandResult(process.ExitCode, (await output + await errors).Trim());
    }

    private static ProcessStartInfo Describe(string program, IEnumerable<string> arguments, string? user)
    {
        // On Windows a server started by pg_ctl inherits the pipes, and reading them would never end.
        var redirect = !OperatingSystem.IsWindows() || !Path.GetFileName(program).StartsWith("pg_ctl", StringComparison.Ordinal);
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = redirect,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        if (user is not null)
        {
            start.UserName = user;
            start.WorkingDirectory = "/";
            start.Environment["HOME"] = "/";
        }

        return start;
    }
}
