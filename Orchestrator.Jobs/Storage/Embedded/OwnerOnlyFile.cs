using System.Security.Cryptography;

namespace Orchestrator.Jobs.Storage.Embedded;

/// <summary>Files that nobody but their owner may read, closed to all others from their first moment.</summary>
internal static class OwnerOnlyFile
{
    /// <summary>
    /// Reads the password, or makes a random one: written whole or not at all, so a crash never leaves half of one.
    /// The caller holds the start lock.
    /// </summary>
    public static string ReadOrCreatePassword(string path)
    {
        if (File.Exists(path))
        {
            return File.ReadAllText(path).Trim();
        }

        var password = RandomNumberGenerator.GetHexString(48, lowercase: true);
        var draft = path + ".new";
        File.Delete(draft);
        Create(draft, password);
        File.Move(draft, path);
        return password;
    }

    /// <summary>Makes a new file of the current user's.</summary>
    public static void Create(string path, string content)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(path, options);
        writer.Write(content);
    }
}
