using System.Text;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Linking;
using Orchestrator.Workflows.Parsing.Reading;
using Orchestrator.Workflows.Parsing.Templates;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing;

/// <summary>Reads workflow files.</summary>
public static class WorkflowParser
{
    /// <summary>
    /// Reads one workflow file, YAML 1.2 or JSON. Never throws for what is in the text: everything wrong in it is
    /// reported at once.
    /// </summary>
    /// <param name="text">The file's content.</param>
    /// <param name="fileName">What the diagnostics call the file.</param>
    /// <param name="types">The step types that it may use; null: the built-in ones.</param>
    /// <param name="templates">The templates that it may use besides its own; null: none.</param>
    public static ParseResult Parse(string text, string fileName, StepCatalog? types = null, TemplateSet? templates = null)
    {
        WorkflowDefinition? definition = null;
        var diagnostics = Read(text, fileName, root =>
            definition = Assembler.Assemble(WorkflowReader.Read(root, types ?? StepCatalog.BuiltIn, templates ?? TemplateSet.None), root.Report));
        return new ParseResult(definition, diagnostics);
    }

    /// <summary>Reads any file of the folder: its text within bounds, its YAML, then what <paramref name="read"/> makes of it.</summary>
    /// <returns>Everything wrong in it, in its order.</returns>
    internal static IReadOnlyList<Diagnostic> Read(string text, string fileName, Action<FieldValue> read)
    {
        text = text.TrimStart('\uFEFF');
        var report = new Report(fileName, text);
        try
        {
            CheckText(text);
            read(new FieldValue(YamlTree.Read(text, report), FieldPath.Root, report));
        }
        catch (YamlProblem problem)
        {
            report.Error(problem.Position, FieldPath.Root, problem.Message, problem.Hint);
        }

        return report.Build();
    }

    private static void CheckText(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > FileLimits.MaxBytes)
        {
            throw new YamlProblem(Position.Start, $"the file has {bytes} bytes, more than the {FileLimits.MaxBytes} (1 MiB) that it may have");
        }

        for (var (i, line, column) = (0, 1, 1); i < text.Length; i++, column++)
        {
            if (text[i] == '\n')
            {
                (line, column) = (line + 1, 0);
            }
            else if (char.IsControl(text[i]) && text[i] is not ('\r' or '\t' or '\u0085'))
            {
                throw new YamlProblem(new Position(line, column), $"the file is not text: it has the character U+{(int)text[i]:X4}", "Save it as UTF-8.");
            }
        }
    }
}
