namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>
/// Whose processes and files the server's are. PostgreSQL refuses to run as root, so a service that is root's
/// drops to <c>postgres</c> or <c>nobody</c>, or to the user who already owns the data.
/// </summary>
/// <param name="UserName">The user to drop to; null when the current one will do.</param>
internal sealed record ServerAccount(string? UserName)
{
    private static readonly string[] Unprivileged = ["postgres", "_postgres", "nobody"];

    /// <summary>The account for a new data folder, or for the one that lies at <paramref name="dataFolder"/>.</summary>
    public static async Task<ServerAccount> ForAsync(string dataFolder, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new ServerAccount(UserName: null);
        }

        var owner = Directory.Exists(dataFolder) ? await OwnerAsync(dataFolder, cancellation) : "root";
        return new ServerAccount(owner == "root" ? FirstUnprivileged() : owner);
    }

    /// <summary>Makes an empty folder or a file the account's own.</summary>
    public async Task OwnAsync(string path, CancellationToken cancellation)
    {
        if (UserName is null)
        {
            return;
        }

        var result = await ServerCommand.RunAsync("chown", [$"{UserName}:", path], user: null, cancellation);
        if (!result.Succeeded)
        {
            throw new EmbeddedPostgresException(
                EmbeddedPostgresProblem.NoAccess, $"{path} could not be given to the user {UserName}: {result.Output}");
        }
    }

    /// <summary>Tries, as the account, whether a folder can be entered.</summary>
    public async Task<bool> CanEnterAsync(string folder, CancellationToken cancellation)
    {
        if (UserName is null)
        {
            return true;
        }

        var result = await ServerCommand.RunAsync("/bin/sh", ["-c", "cd \"$0\"", folder], UserName, cancellation);
        return result.Succeeded;
    }

    private static async Task<string> OwnerAsync(string path, CancellationToken cancellation)
    {
        string[] question = OperatingSystem.IsMacOS() ? ["-f", "%Su", path] : ["-c", "%U", path];
        var result = await ServerCommand.RunAsync("stat", question, user: null, cancellation);
        return result.Succeeded ? result.Output : "root";
    }

    private static string FirstUnprivileged()
    {
        var users = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet();
        return Unprivileged.FirstOrDefault(users.Contains) ?? throw new EmbeddedPostgresException(
            EmbeddedPostgresProblem.NoAccess,
            "PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it as. " +
            "Start the service as another user, or set ConnectionStrings__Orchestrator.");
    }
}
