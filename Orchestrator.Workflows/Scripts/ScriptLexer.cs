namespace Orchestrator.Workflows.Scripts;

/// <summary>
/// Takes JavaScript's text apart, as far as it has to be known what is code and what is a comment, a string or a regular
/// expression. It accepts anything: what is no JavaScript is Node.js's to report.
/// </summary>
internal sealed class ScriptLexer
{
    /// <summary>After these words a slash begins a regular expression.</summary>
    private static readonly HashSet<string> Before = new(StringComparer.Ordinal)
    {
        "return", "typeof", "instanceof", "in", "of", "delete", "void", "throw", "new", "else", "do", "case", "await", "yield",
    };

    private readonly string _text;
    private readonly List<ScriptToken> _tokens = [];

    /// <summary>Open braces inside of each <c>${</c> that is open.</summary>
    private readonly Stack<int> _holes = new();
    private int _at;

    private ScriptLexer(string text) => _text = text;

    public static IReadOnlyList<ScriptToken> Read(string text)
    {
        var lexer = new ScriptLexer(text);
        while (lexer._at < text.Length)
        {
            lexer.Next();
        }

        return lexer._tokens;
    }

    private char Ahead => _at + 1 < _text.Length ? _text[_at + 1] : '\0';

    private void Next()
    {
        var c = _text[_at];
        if (char.IsWhiteSpace(c) || c == '\uFEFF')
        {
            _at++;
        }
        else if (c == '/' && Ahead is '/' or '*')
        {
            SkipComment();
        }
        else if (c is '"' or '\'')
        {
            Add(ScriptTokenKind.String, Quoted(_at + 1, c));
        }
        else if (c == '`' || (c == '}' && _holes.TryPeek(out var open) && open == 0))
        {
            ReadTemplate(c);
        }
        else if (IsNamePart(c))
        {
            Add(char.IsAsciiDigit(c) ? ScriptTokenKind.Literal : ScriptTokenKind.Name, EndOfName());
        }
        else if (c == '/' && StartsExpression())
        {
            Add(ScriptTokenKind.Literal, EndOfRegex());
        }
        else
        {
            ReadPunctuator(c);
        }
    }

    private void Add(ScriptTokenKind kind, int end)
    {
        _tokens.Add(new ScriptToken(kind, _at, end));
        _at = end;
    }

    private void SkipComment()
    {
        var isLine = Ahead == '/';
        var end = isLine ? _text.IndexOf('\n', _at) : _text.IndexOf("*/", _at + 2, StringComparison.Ordinal);
        _at = end < 0 ? _text.Length : isLine ? end : end + 2;
    }

    /// <summary>The end of a string that began before; a line's end ends it too, so that a mistake does not swallow the rest.</summary>
    private int Quoted(int at, char quote)
    {
        while (at < _text.Length && _text[at] != quote && _text[at] != '\n')
        {
            at += _text[at] == '\\' ? 2 : 1;
        }

        return Math.Min(at + (at < _text.Length && _text[at] == quote ? 1 : 0), _text.Length);
    }

    /// <summary>The text of a template string, to its end or to the next <c>${</c>, after which comes code.</summary>
    private void ReadTemplate(char first)
    {
        if (first == '}')
        {
            _holes.Pop();
        }

        var at = _at + 1;
        while (at < _text.Length && _text[at] != '`' && !(_text[at] == '$' && at + 1 < _text.Length && _text[at + 1] == '{'))
        {
            at += _text[at] == '\\' ? 2 : 1;
        }

        if (at >= _text.Length)
        {
            Add(ScriptTokenKind.Literal, _text.Length);
        }
        else if (_text[at] == '`')
        {
            Add(ScriptTokenKind.Literal, at + 1);
        }
        else
        {
            Add(ScriptTokenKind.Literal, at + 2);
            _holes.Push(0);
        }
    }

    private int EndOfName()
    {
        var end = _at + 1;
        while (end < _text.Length && IsNamePart(_text[end]))
        {
            end++;
        }

        return end;
    }

    private int EndOfRegex()
    {
        var inClass = false;
        for (var at = _at + 1; at < _text.Length && _text[at] != '\n'; at++)
        {
            switch (_text[at])
            {
                case '\\':
                    at++;
                    break;
                case '[':
                    inClass = true;
                    break;
                case ']':
                    inClass = false;
                    break;
                case '/' when !inClass:
                    return at + 1;
            }
        }

        return _at + 1;
    }

    private void ReadPunctuator(char c)
    {
        if (_holes.Count > 0 && c is '{' or '}')
        {
            _holes.Push(_holes.Pop() + (c == '{' ? 1 : -1));
        }

        var rest = _text.AsSpan(_at);
        var length = rest.StartsWith("...") ? 3 : rest.StartsWith("?.") || rest.StartsWith("=>") ? 2 : 1;
        Add(ScriptTokenKind.Punctuator, _at + length);
    }

    /// <summary>Whether what comes now begins an expression; else a slash divides.</summary>
    private bool StartsExpression()
    {
        if (_tokens.Count == 0)
        {
            return true;
        }

        var (kind, start, end) = _tokens[^1];
        var last = _text.AsSpan(start, end - start);
        return kind switch
        {
            ScriptTokenKind.Name => Before.GetAlternateLookup<ReadOnlySpan<char>>().Contains(last),
            ScriptTokenKind.Punctuator => last is not (")" or "]" or "}"),
            ScriptTokenKind.Literal => last.EndsWith("${"),
            _ => false,
        };
    }

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '$' || char.IsSurrogate(c);
}
