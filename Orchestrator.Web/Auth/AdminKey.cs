using System.Security.Cryptography;

namespace Orchestrator.Web.Auth;

/// <summary>The key that may do everything: configured, or made at the first start and kept where only its owner reads.</summary>
/// <param name="Value">The secret.</param>
/// <param name="File">Where it is kept; null: it was configured.</param>
internal sealed record AdminKey(string Value, string? File)
{
    private const string FileName = "admin-key";

    public static AdminKey Load(string? configured, string dataFolder)
    {
        if (configured is not null)
        {
            return new AdminKey(configured, null);
        }

        Directory.CreateDirectory(dataFolder);
        var file = Path.Combine(dataFolder, FileName);
        if (!System.IO.File.Exists(file))
        {
            Create(file);
        }

        return new AdminKey(System.IO.File.ReadAllText(file).Trim(), file);
    }

    /// <summary>Written aside and moved into place: two first starts agree on one key, and none is read half written.</summary>
    private static void Create(string file)
    {
        var aside = $"{file}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var stream = new StreamWriter(aside, options))
        {
            stream.WriteLine("ork_" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24)));
        }

        try
        {
            System.IO.File.Move(aside, file, overwrite: false);
        }
        catch (IOException) when (System.IO.File.Exists(file))
        {
            System.IO.File.Delete(aside);
        }
    }

    /// <summary>Never in a log by accident.</summary>
    public override string ToString() => "(admin key)";
}
