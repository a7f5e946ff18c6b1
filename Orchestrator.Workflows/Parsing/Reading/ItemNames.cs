using System.Text.RegularExpressions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>
/// The names that <c>for_each</c> steps give to their items. Expressions are checked as they are read, so these names are
/// looked for before anything else.
/// </summary>
internal static partial class ItemNames
{
    public const string Pattern = "^[A-Za-z_][A-Za-z0-9_]{0,49}$";

    /// <summary>All that may be names of items in a file, whatever else is wrong with it.</summary>
    public static IReadOnlyList<string> Find(YamlNode root)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        Collect(root, names);
        return [.. names];
    }

    public static string? Read(FieldValue value)
    {
        if (value.Name() is not { } name)
        {
            return null;
        }

        if (!Name().IsMatch(name))
        {
            value.Error($"`{name}` can't be the name of an item", "Up to 50 letters, digits and _, not beginning with a digit.");
            return null;
        }

        if (RootNames.All.Contains(name) && name != RootNames.Item)
        {
            value.Error($"`{name}` means something else in expressions", "Choose another name.");
        }

        return name;
    }

    private static void Collect(YamlNode node, HashSet<string> names)
    {
        switch (node)
        {
            case ListNode list:
                foreach (var element in list.Elements)
                {
                    Collect(element, names);
                }

                break;
            case MappingNode mapping:
                foreach (var entry in mapping.Entries)
                {
                    if (entry is { Key: "item", Content: ScalarNode { Value.Kind: ValueKind.String } scalar } && Name().IsMatch(scalar.Text))
                    {
                        names.Add(scalar.Text);
                    }

                    if (entry.Key is "steps" or "step" or "loop_step" or "loopStep" or "config")
                    {
                        Collect(entry.Content, names);
                    }
                }

                break;
        }
    }

    [GeneratedRegex(@"\A[A-Za-z_][A-Za-z0-9_]{0,49}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
