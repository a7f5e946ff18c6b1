using Orchestrator.Workflows.Expressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Workflows.Parsing.Yaml;

/// <summary>
/// Builds the tree of a file from YamlDotNet's parser events, which don't recurse. Depth and aliases are bounded
/// before anything is built from them.
/// </summary>
internal sealed class YamlTree
{
    private readonly IParser _parser;
    private readonly Report _report;
    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private long _aliasedNodes;

    private YamlTree(IParser parser, Report report)
    {
        _parser = parser;
        _report = report;
    }

    /// <summary>The root of the file's only document.</summary>
    /// <exception cref="YamlProblem">The text is no YAML, breaks a limit, or is not one document.</exception>
    public static YamlNode Read(string text, Report report)
    {
        try
        {
            return new YamlTree(new Parser(new StringReader(text)), report).ReadDocument();
        }
        catch (Exception exception) when (exception is not YamlProblem)
        {
            // The scanner's own slips on odd input (indexes, numbers in directives) mean the same: this is no YAML.
            throw YamlErrors.Explain(exception, text);
        }
    }

    private YamlNode ReadDocument()
    {
        Next<StreamStart>();
        if (_parser.Current is StreamEnd)
        {
            throw Empty();
        }

        Next<DocumentStart>();
        var root = ReadNode(FieldPath.Root, 0);
        Next<DocumentEnd>();
        if (_parser.Current is DocumentStart second)
        {
            throw new YamlProblem(At(second.Start), "a file holds one workflow, found a second document", "Move it into a file of its own.");
        }

        return root is ScalarNode { Value.IsNull: true } ? throw Empty() : root;
    }

    private static YamlProblem Empty() =>
        new(Position.Start, "the file is empty", "A workflow needs at least `key` and `steps`.");

    private YamlNode ReadNode(FieldPath path, int depth)
    {
        var current = _parser.Current!;
        if (current is AnchorAlias alias)
        {
            _parser.MoveNext();
            return Expand(alias, depth);
        }

        var anchor = current is NodeEvent { Anchor.IsEmpty: false } anchored ? anchored.Anchor.Value : null;
        if (anchor is not null)
        {
            _open.Add(anchor);
        }

        YamlNode node = current switch
        {
            Scalar => ReadScalar(),
            SequenceStart => ReadList(path, Deeper(depth, current)),
            MappingStart => ReadMapping(path, Deeper(depth, current)),
            _ => throw new YamlProblem(At(current.Start), "expected a value"),
        };
        if (anchor is not null)
        {
            _open.Remove(anchor);
            _anchors[anchor] = node;
        }

        return node;
    }

    private ScalarNode ReadScalar()
    {
        var scalar = Next<Scalar>();
        var isText = !scalar.IsPlainImplicit;
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific)
        {
            RefuseTag(scalar, "tag:yaml.org,2002:str");
            isText = true;
        }

        var value = isText ? Value.Of(scalar.Value) : CoreSchema.Resolve(scalar.Value);
        return new ScalarNode(At(scalar.Start), scalar.Value, value, scalar.Style, (int)scalar.Start.Index, (int)scalar.End.Index);
    }

    private ListNode ReadList(FieldPath path, int depth)
    {
        var start = Next<SequenceStart>();
        RefuseTag(start, "tag:yaml.org,2002:seq");
        var elements = new List<YamlNode>();
        while (_parser.Current is not SequenceEnd)
        {
            elements.Add(ReadNode(path.At(elements.Count), depth));
        }

        _parser.MoveNext();
        return new ListNode(At(start.Start), elements);
    }

    private MappingNode ReadMapping(FieldPath path, int depth)
    {
        var start = Next<MappingStart>();
        RefuseTag(start, "tag:yaml.org,2002:map");
        var entries = new List<YamlEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (_parser.Current is not MappingEnd)
        {
            var key = ReadKey();
            var inner = path.Member(key.Text);
            var content = ReadNode(inner, depth);
            if (lines.TryAdd(key.Text, key.Position.Line))
            {
                entries.Add(new YamlEntry(key.Text, key.Position, content));
            }
            else
            {
                _report.Error(key.Position, inner, $"the key `{key.Text}` is here twice, first in line {lines[key.Text]}", "Remove one of the two.");
            }
        }

        _parser.MoveNext();
        return new MappingNode(At(start.Start), entries);
    }

    private ScalarNode ReadKey()
    {
        if (_parser.Current is not Scalar { Anchor.IsEmpty: true } scalar)
        {
            throw new YamlProblem(At(_parser.Current!.Start), "a key must be text", "Text that begins with {, [, & or * needs quotes: \"{{ inputs.name }}\".");
        }

        if (scalar is { Value: "<<", IsPlainImplicit: true })
        {
            throw new YamlProblem(At(scalar.Start), "merge keys (`<<`) are not supported", "Write the fields out, or use `defaults`.");
        }

        return ReadScalar();
    }

    private YamlNode Expand(AnchorAlias alias, int depth)
    {
        var name = alias.Value.Value;
        if (!_anchors.TryGetValue(name, out var node))
        {
            throw new YamlProblem(At(alias.Start), _open.Contains(name) ? $"the alias `*{name}` holds itself" : $"there is no anchor `&{name}` before this alias");
        }

        _aliasedNodes += node.Count;
        if (_aliasedNodes > FileLimits.MaxAliasedNodes)
        {
            throw new YamlProblem(At(alias.Start), $"the aliases stand for more than {FileLimits.MaxAliasedNodes} nodes", "Write fewer aliases of smaller parts.");
        }

        return depth + node.Depth <= FileLimits.MaxDepth ? node : throw TooDeep(alias);
    }

    private static int Deeper(int depth, ParsingEvent current) => depth < FileLimits.MaxDepth ? depth + 1 : throw TooDeep(current);

    private static YamlProblem TooDeep(ParsingEvent current) =>
        new(At(current.Start), $"lists and mappings nest deeper than {FileLimits.MaxDepth} levels");

    private static void RefuseTag(NodeEvent node, string allowed)
    {
        if (!node.Tag.IsEmpty && !node.Tag.IsNonSpecific && node.Tag.Value != allowed)
        {
            throw new YamlProblem(At(node.Start), $"the tag `{node.Tag.Value}` is not supported", "Quotes make a text, no quotes a number.");
        }
    }

    private T Next<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is null)
        {
            _parser.MoveNext();
        }

        var current = _parser.Current as T ?? throw new YamlProblem(At(_parser.Current!.Start), "expected a value");
        _parser.MoveNext();
        return current;
    }

    private static Position At(Mark mark) => new((int)mark.Line, (int)mark.Column);
}
