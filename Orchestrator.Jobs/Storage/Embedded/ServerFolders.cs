using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>
/// Where everything of the embedded server lies. <c>Home</c> is the folder that was asked for and holds the locks and
/// the password; <c>Place</c> holds data and log, and is <c>Home</c> unless the server's user can't get there.
/// </summary>
/// <remarks>
/// Data is made in a <see cref="NewDraft"/> beside its final name and renamed when it is whole: a crash on the way
/// leaves a draft, which a later start throws away, never half a database. Each attempt has a draft of its own, since
/// the <c>initdb</c> of a killed service goes on writing for a while.
/// </remarks>
internal sealed record ServerFolders(string Home, string Place)
{
    private const string DraftPrefix = "data.new";
    private static readonly string[] BeforeThePassword = ["start.lock", "use.lock", "password.new"];

    /// <summary>Held while somebody starts or stops the server.</summary>
    public string StartLock => Path.Combine(Home, "start.lock");

    /// <summary>Held, shared, by everyone who uses the server.</summary>
    public string UseLock => Path.Combine(Home, "use.lock");

    /// <summary>The password, and the mark that this folder is ours.</summary>
    public string Password => Path.Combine(Home, "password");

    /// <summary>PostgreSQL's data folder.</summary>
    public string Data => Path.Combine(Place, "data");

    /// <summary>Our settings of the server; not in the data folder, where the server's user could lead root's pen elsewhere.</summary>
    public string Configuration => Path.Combine(Place, ServerConfiguration.FileName);

    /// <summary>What the server writes while it starts and runs.</summary>
    public string Log => Path.Combine(Place, "server.log");

    /// <summary>The password as <c>initdb</c> reads it; gone right after.</summary>
    public string InitialPassword => Path.Combine(Place, "initial-password");

    /// <summary>Drafts that crashes left.</summary>
    public IEnumerable<string> Drafts => Directory.EnumerateDirectories(Place, DraftPrefix + "*");

    /// <summary>True when there is a whole database.</summary>
    public bool HasData => File.Exists(Path.Combine(Data, "PG_VERSION"));

    /// <summary>The major version that made the data; null when there is none.</summary>
    /// <exception cref="EmbeddedPostgresException">The version file says something else than a version.</exception>
    public int? DataVersion
    {
        get
        {
            if (!HasData)
            {
                return null;
            }

            var text = File.ReadAllText(Path.Combine(Data, "PG_VERSION")).Trim();
            return int.TryParse(text.Split('.')[0], CultureInfo.InvariantCulture, out var major) ? major : throw Foreign(Data);
        }
    }

    /// <summary>Takes a folder as home, making it when it is missing.</summary>
    /// <exception cref="EmbeddedPostgresException">It holds what is not ours; nothing was changed.</exception>
    public static ServerFolders At(string folder)
    {
        var home = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var folders = new ServerFolders(home, home);
        if (!Directory.Exists(home))
        {
            Create(home);
        }
        else if (!File.Exists(folders.Password)
            && Directory.EnumerateFileSystemEntries(home).Any(entry => !BeforeThePassword.Contains(Path.GetFileName(entry))))
        {
            throw folders.HasData ? WithoutPassword(folders) : Foreign(home);
        }

        return folders;
    }

    /// <summary>
    /// The same home with the place that the account can reach. The fallback's name comes from path and password, so
    /// that a folder that was removed and made again, or copied, starts empty instead of with another one's data.
    /// </summary>
    public async Task<ServerFolders> ReachableAsync(
        ServerAccount account, string password, string fallback, CancellationToken cancellation)
    {
        if (await account.CanEnterAsync(Home, cancellation))
        {
            return this;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Home}\n{password}")))[..16];
        var elsewhere = this with { Place = Path.Combine(fallback, hash) };
        if (!Directory.Exists(elsewhere.Place))
        {
            Create(fallback);
            Create(elsewhere.Place);
        }

        return await account.CanEnterAsync(elsewhere.Place, cancellation)
            ? elsewhere
            : throw new EmbeddedPostgresException(
                EmbeddedPostgresProblem.NoAccess,
                $"The user {account.UserName}, as whom PostgreSQL has to run, can reach neither {Home} nor {elsewhere.Place}. " +
                "Set ORCHESTRATOR_DATA to a folder that it can reach, or start the service as another user than root.");
    }

    /// <summary>A name for a data folder while it is being made.</summary>
    public string NewDraft() => Path.Combine(Place, $"{DraftPrefix}-{Guid.NewGuid():N}");

    /// <summary>Refuses a data folder that is there without being a database.</summary>
    public void RefuseForeignData()
    {
        if (Directory.Exists(Data) && !HasData)
        {
            throw Foreign(Data);
        }
    }

    /// <summary>Makes a folder of our own; the permissions of what was there before stay as they are.</summary>
    private static void Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            // The server's user has to pass through; the secrets inside are closed one by one.
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        }
    }

    private static EmbeddedPostgresException WithoutPassword(ServerFolders folders) => new(
        EmbeddedPostgresProblem.ForeignFolder,
        $"{folders.Data} is a database, but the file {folders.Password} with its password is missing, so it was not touched. " +
        "Put the file back, or set ORCHESTRATOR_DATA to another folder, or move the data away to start with an empty database.");

    private static EmbeddedPostgresException Foreign(string folder) => new(
        EmbeddedPostgresProblem.ForeignFolder,
        $"{folder} is not empty and was not made by this service, so it was not touched. " +
        "Set ORCHESTRATOR_DATA to another folder, or move it away.");
}
