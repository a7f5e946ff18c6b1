using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Scripts;

/// <summary>
/// What a script reads, from its text alone: <c>results.fetch</c> and <c>results["fetch"]</c> name a step, any other use of
/// <c>results</c> may mean all of them.
/// </summary>
internal sealed class ScriptReferences
{
    /// <summary>What every object has: no step is meant.</summary>
    private static readonly HashSet<string> OfObjects = new(StringComparer.Ordinal)
    {
        "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf", "__proto__",
    };

    private readonly string _text;
    private readonly IReadOnlyList<ScriptToken> _tokens;
    private readonly HashSet<string> _roots = new(StringComparer.Ordinal);
    private readonly List<StepMention> _mentions = [];
    private bool _isWhole;
    private bool _isShadowed;

    private ScriptReferences(string text) => (_text, _tokens) = (text, ScriptLexer.Read(text));

    public static References Of(string script)
    {
        var found = new ScriptReferences(script);
        for (var i = 0; i < found._tokens.Count; i++)
        {
            found.Look(i);
        }

        // Where the script has a `results` of its own, it can't be told which one is meant.
        IReadOnlyList<StepMention> mentions = found._isShadowed ? [] : found._mentions;
        return new References
        {
            Roots = found._roots,
            Results = mentions.Select(mention => mention.StepId).ToHashSet(StringComparer.Ordinal),
            AllResults = found._isWhole,
            Mentions = mentions,
        };
    }

    private void Look(int i)
    {
        if (_tokens[i].Kind != ScriptTokenKind.Name || Is(i - 1, ".") || Is(i - 1, "?."))
        {
            return;
        }

        switch (Text(i))
        {
            case RootNames.Inputs or RootNames.Variables or RootNames.Run:
                _roots.Add(Text(i).ToString());
                break;
            case RootNames.Results when !(Is(i + 1, ":") && (Is(i - 1, "{") || Is(i - 1, ","))):
                _roots.Add(RootNames.Results);
                LookAtResults(i);
                break;
        }
    }

    private void LookAtResults(int i)
    {
        var isIndexed = Is(i + 1, "[") || (Is(i + 1, "?.") && Is(i + 2, "["));
        var member = isIndexed ? (Is(i + 1, "[") ? i + 2 : i + 3) : i + 2;
        if (!isIndexed && (Is(i + 1, ".") || Is(i + 1, "?.")) && KindOf(member) == ScriptTokenKind.Name)
        {
            Mention(Text(member).ToString(), member);
        }
        else if (isIndexed && KindOf(member) == ScriptTokenKind.String && Is(member + 1, "]") && !Text(member).Contains('\\'))
        {
            Mention(Text(member)[1..^1].ToString(), member);
        }
        else
        {
            _isWhole = true;
            _isShadowed |= IsDeclared(i);
        }
    }

    private void Mention(string step, int token)
    {
        _isWhole |= OfObjects.Contains(step);
        if (!OfObjects.Contains(step))
        {
            _mentions.Add(new StepMention(step, _tokens[token].Start, IsResult: true));
        }
    }

    /// <summary>Whether it may be a variable or a parameter of that name.</summary>
    private bool IsDeclared(int i)
    {
        if (Is(i + 1, "=>") || (KindOf(i - 1) == ScriptTokenKind.Name && Text(i - 1) is "const" or "let" or "var" or "function" or "class"))
        {
            return true;
        }

        if (!(Is(i - 1, "(") || Is(i - 1, ",") || Is(i - 1, "{") || Is(i - 1, "[") || Is(i - 1, "...") || Is(i - 1, ":")))
        {
            return false;
        }

        // A list of names, up to where all that is open around it is closed: `) =>`, `) {`, `} =`.
        var open = 1;
        for (var at = i + 1; at < _tokens.Count; at++)
        {
            var isClosed = Is(at, ")") || Is(at, "}") || Is(at, "]");
            open += isClosed ? -1 : Is(at, "(") || Is(at, "{") || Is(at, "[") ? 1 : 0;
            if (!isClosed || open > 0)
            {
                continue;
            }

            if (Is(at + 1, "=>") || Is(at + 1, "=") || (Is(at, ")") && Is(at + 1, "{")))
            {
                return true;
            }

            if (!(Is(at + 1, ")") || Is(at + 1, "}") || Is(at + 1, "]") || Is(at + 1, ",")))
            {
                return false;
            }
        }

        return false;
    }

    private ScriptTokenKind? KindOf(int i) => i >= 0 && i < _tokens.Count ? _tokens[i].Kind : null;

    private bool Is(int i, string punctuator) => KindOf(i) == ScriptTokenKind.Punctuator && Text(i).SequenceEqual(punctuator);

    private ReadOnlySpan<char> Text(int i) => _text.AsSpan(_tokens[i].Start, _tokens[i].End - _tokens[i].Start);
}
