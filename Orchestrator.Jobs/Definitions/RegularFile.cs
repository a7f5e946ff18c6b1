using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orchestrator.Jobs.Definitions;

/// <summary>
/// Reads files that anybody may have put there: opening a pipe would wait for its writer for ever, and a device has no
/// end. So it is opened without waiting, which .NET has no option for, and no more is read than is wanted.
/// </summary>
internal static class RegularFile
{
    private const int NoSuchFile = 2;
    private const int AccessDenied = 13;

    /// <summary>The content; null: it has more than so many bytes.</summary>
    /// <exception cref="IOException">It is not there, no file, or can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static byte[]? Read(string path, int maxBytes)
    {
        using var file = Open(path);
        if (!file.CanSeek)
        {
            throw new IOException("it is a pipe or a device");
        }

        if (file.Length > maxBytes)
        {
            return null;
        }

        var content = new byte[maxBytes + 1];
        var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return length > maxBytes ? null : content[..length];
    }

    private static FileStream Open(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }

        const int linux = 0x800 | 0x80000;
        const int mac = 0x4 | 0x1000000;
        var handle = new SafeFileHandle(open(path, OperatingSystem.IsLinux() ? linux : mac), ownsHandle: true);
        if (!handle.IsInvalid)
        {
            return new FileStream(handle, FileAccess.Read, bufferSize: 0);
        }

        var (error, message) = (Marshal.GetLastPInvokeError(), Marshal.GetLastPInvokeErrorMessage());
        throw error switch
        {
            NoSuchFile => new FileNotFoundException(message),
            AccessDenied => new UnauthorizedAccessException(message),
            _ => new IOException(message),
        };
    }

    /// <summary>With O_RDONLY, O_NONBLOCK and O_CLOEXEC.</summary>
    [DllImport("libc", SetLastError = true)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);
}
