namespace Orchestrator.Jobs.Definitions;

/// <summary>Something in the workflows' folder that is, or is named like, a workflow file.</summary>
/// <param name="Info">The entry itself.</param>
/// <param name="Name">Its path below the folder.</param>
/// <param name="Problem">Why what lies in this folder can't be listed; null: it is no such folder.</param>
internal sealed record FolderEntry(FileSystemInfo Info, string Name, string? Problem = null)
{
    /// <summary>What changes when the file does: time and size, a link's own and its target's.</summary>
    public string Stamp
    {
        get
        {
            try
            {
                var target = Info.LinkTarget is null ? Info : Info.ResolveLinkTarget(returnFinalTarget: true) ?? Info;
                return target is FileInfo { Exists: true } file
                    ? $"{Name} {target.FullName} {file.LastWriteTimeUtc.Ticks} {file.Length}"
                    : $"{Name} {Problem}";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return $"{Name} {e.Message}";
            }
        }
    }

    /// <summary>It was there when the folder was listed, and is not any more.</summary>
    public bool IsGone
    {
        get
        {
            Info.Refresh();
            return !Info.Exists && Info.LinkTarget is null;
        }
    }
}

/// <summary>
/// Lists the workflows' folder: files that end in <c>.yml</c> or <c>.yaml</c>, in letters of any case, also through links, in it and its folders
/// except <c>tests</c>; not hidden files and folders, whose names begin with a dot; those in <c>templates</c> are templates. Links to folders are not followed: they may lead in a circle. A folder that can't
/// be read is an entry with a problem, and costs nothing but itself.
/// </summary>
internal static class FolderListing
{
    private const string Tests = "tests";
    /// <summary>The folder below that holds templates.</summary>
    public const string Templates = "templates";

    /// <summary>Whether a path below the folder is that of a template.</summary>
    public static bool IsTemplate(string name) => name.StartsWith(Templates + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    public static IReadOnlyList<FolderEntry> Of(string folder)
    {
        var found = new List<FolderEntry>();
        var root = new DirectoryInfo(folder);
        if (root.Exists)
        {
            Collect(root, folder, found);
        }

        return [.. found.OrderBy(entry => entry.Name, StringComparer.Ordinal)];
    }

    private static void Collect(DirectoryInfo folder, string root, List<FolderEntry> found)
    {
        try
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                var name = Path.GetRelativePath(root, entry.FullName);
                if (!entry.Name.StartsWith('.') && entry.Extension.ToLowerInvariant() is ".yml" or ".yaml")
                {
                    found.Add(new FolderEntry(entry, name));
                }

                if (entry is DirectoryInfo { LinkTarget: null } inner && name != Tests && !entry.Name.StartsWith('.'))
                {
                    Collect(inner, root, found);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It was removed meanwhile.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            found.Add(new FolderEntry(folder, Path.GetRelativePath(root, folder.FullName), e.Message));
        }
    }
}
