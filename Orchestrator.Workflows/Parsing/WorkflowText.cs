using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Orchestrator.Workflows.Parsing;

/// <summary>The text of a workflow file.</summary>
public static class WorkflowText
{
    /// <summary>
    /// Decodes UTF-8, or UTF-16 that begins with a byte order mark. Anything else is refused, not guessed: a wrong guess
    /// would change letters without a word.
    /// </summary>
    /// <param name="bytes">The file's content.</param>
    /// <param name="fileName">What the diagnostic calls the file.</param>
    /// <returns>The text; null: it is no text, and the diagnostic says where.</returns>
    public static (string? Text, Diagnostic? Problem) Decode(ReadOnlySpan<byte> bytes, string fileName)
    {
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
        {
            return (new UnicodeEncoding(bigEndian: bytes[0] == 0xFE, byteOrderMark: true).GetString(bytes[2..]), null);
        }

        if (bytes.StartsWith("\uFEFF"u8))
        {
            bytes = bytes[3..];
        }

        var text = new char[bytes.Length];
        var status = Utf8.ToUtf16(bytes, text, out var read, out var written, replaceInvalidSequences: false);
        return status == OperationStatus.Done
            ? (new string(text.AsSpan(0, written)), null)
            : (null, NotUtf8(text.AsSpan(0, written), bytes[read], fileName));
    }

    private static Diagnostic NotUtf8(ReadOnlySpan<char> before, byte wrong, string fileName)
    {
        var line = before.Count('\n') + 1;
        var column = before.Length - (before.LastIndexOf('\n') + 1) + 1;
        return new Diagnostic(
            Severity.Error, fileName, line, column, "", $"the file is not UTF-8: it has the byte 0x{wrong:X2} here", "Save it as UTF-8.");
    }
}
