using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;
using Orchestrator.Workflows.Scripts;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>JavaScript.</summary>
internal static partial class ScriptForm
{
    private const int MostModules = 50;
    private const string ModulePattern = "^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-zA-Z0-9~-][a-zA-Z0-9._~-]*$";

    public static StepForm Form { get; } = new()
    {
        Name = "script",
        Timeout = TimeSpan.FromSeconds(30),
        Fields =
        [
            new Field<StepDraft>("script", Shape.Text, ReadScript),
            new Field<StepDraft>("language", Shape.OneOf(["javascript"]), (_, value) => ReadLanguage(value)),
            Field<StepDraft>.Integer("memory_mb", 16, 4096, (step, memory) => Of(step).MemoryMb = memory),
            new Field<StepDraft>("allowed_modules", Shape.OneOrMore(Shape.Matching(ModulePattern)), (step, value) => Of(step).AllowedModules = ReadModules(value)),
        ],
        Check = (step, given) => StepForm.Require(step, given, "script", "The JavaScript, as the body of a function: `return` gives the result."),
        Build = step => new ScriptAction
        {
            Script = Of(step).Script!,
            MemoryMb = Of(step).MemoryMb,
            AllowedModules = Of(step).AllowedModules,
            Reads = Of(step).Reads,
        },
    };

    private static Draft Of(StepDraft step) => step.Settings<Draft>();

    private static void ReadScript(StepDraft step, FieldValue value)
    {
        if (value.Name() is not { } script)
        {
            return;
        }

        var reads = ScriptReferences.Of(script);
        (Of(step).Script, Of(step).Reads) = (script, reads);
        foreach (var mention in reads.Mentions)
        {
            step.Mentions.Add(new Mention(mention, (ScalarNode)value.Node, value.Path));
        }
    }

    private static void ReadLanguage(FieldValue value)
    {
        if (value.Text() is { } language && language != "javascript")
        {
            value.Error($"`{language}` is no language of scripts", "Write javascript, or leave it out.");
        }
    }

    private static List<string> ReadModules(FieldValue value)
    {
        var modules = new List<string>();
        var given = value.OneOrMore();
        if (given.Count > MostModules)
        {
            value.Error($"{given.Count} modules; {MostModules} are allowed");
        }

        foreach (var one in given.Take(MostModules))
        {
            if (one.Name() is not { } name)
            {
                continue;
            }

            if (ModuleName().IsMatch(name))
            {
                modules.Add(name);
            }
            else
            {
                one.Error($"`{name}` is no name of a package", "Such as lodash or @scope/name; a part of it, lodash/fp, is allowed with it.");
            }
        }

        return modules;
    }

    [GeneratedRegex(@"\A(@[a-z0-9~-][a-z0-9._~-]*/)?[a-zA-Z0-9~-][a-zA-Z0-9._~-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ModuleName();

    /// <summary>The settings as given.</summary>
    private sealed class Draft
    {
        public string? Script { get; set; }

        public References Reads { get; set; } = References.None;

        public int? MemoryMb { get; set; }

        public IReadOnlyList<string> AllowedModules { get; set; } = [];
    }
}
