using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Syntax;

/// <summary>What became of a text: an expression or at least one error, and where its reading ended.</summary>
internal sealed record ParsedExpression(Expression? Expression, int End, IReadOnlyList<ExpressionError> Errors)
{
    /// <summary>The error that ended the reading: whatever names there are, it is no expression. Null: it is one.</summary>
    public ExpressionError? Broken { get; init; }
}

/// <summary>
/// A Pratt parser from text to nodes. Recursion is bounded by <see cref="Budget.MaxNesting"/>, the tree's depth by
/// <see cref="Budget.MaxTreeDepth"/>. The first syntax error ends it; all unknown names are reported.
/// </summary>
internal sealed partial class ExpressionParser
{
    private readonly string _text;
    private readonly Lexer _lexer;
    private readonly ReferenceCollector _references = new();
    private readonly List<ExpressionError> _errors = [];
    private Token _token;
    private int _nesting;

    /// <summary>The newest node that stood in parentheses: these may mix what must not be mixed without.</summary>
    private Node? _parenthesised;

    private readonly Vocabulary _names;

    private ExpressionParser(string text, int start, Vocabulary names)
    {
        (_text, _names) = (text, names);
        _lexer = new Lexer(text);
        _token = _lexer.Read(start);
    }

    /// <summary>Parses a text that is one expression.</summary>
    /// <param name="text">The text.</param>
    /// <param name="names">The names that it may use; null: <see cref="Vocabulary.OfRuns"/>.</param>
    public static ParsedExpression Parse(string text, Vocabulary? names = null) => Parse(text, 0, embedded: false, names);

    /// <summary>Parses the expression that begins behind the <c>{{</c> of a template; it must end at <c>}}</c>.</summary>
    public static ParsedExpression ParseEmbedded(string text, int start, Vocabulary? names = null) =>
        Parse(text, start, embedded: true, names);

    private static ParsedExpression Parse(string text, int start, bool embedded, Vocabulary? names)
    {
        List<ExpressionError> errors = [];
        try
        {
            var parser = new ExpressionParser(text, start, names ?? Vocabulary.OfRuns);
            errors = parser._errors;
            var node = parser.ParseExpression(0);
            var (sourceEnd, end) = embedded ? parser.ExpectClosing() : parser.ExpectEnd();
            var source = text[start..sourceEnd].TrimStart();
            return errors.Count > 0
                ? new ParsedExpression(null, end, errors)
                : new ParsedExpression(parser.Compile(source, sourceEnd - source.Length, node), end, []);
        }
        catch (SyntaxException exception)
        {
            return new ParsedExpression(null, text.Length, [.. errors, exception.Error]) { Broken = exception.Error };
        }
    }

    private Expression Compile(string source, int origin, Node node) =>
        new(source.TrimEnd(), origin, node, _places, _references.Build());

    private (int SourceEnd, int End) ExpectEnd() =>
        _token.Kind == TokenKind.End ? (_token.Start, _token.End) : throw Unexpected("the end of the expression");

    private (int SourceEnd, int End) ExpectClosing()
    {
        var first = _token;
        if (first.Is("}"))
        {
            Advance();
            if (_token.Is("}") && _token.Start == first.End)
            {
                return (first.Start, _token.End);
            }
        }

        throw first.Kind == TokenKind.End
            ? new SyntaxException(first.Start, "`{{` is not closed", "Close the expression with }}.")
            : Unexpected(first, "`}}`");
    }

    private Node ParseExpression(int minimum)
    {
        if (++_nesting > Budget.MaxNesting)
        {
            throw new SyntaxException(_token.Start, $"the expression nests deeper than {Budget.MaxNesting} levels", "Split it over several transform steps.");
        }

        var left = ParseUnary();
        while (Operators.Find(_token) is { } found && found.Power >= minimum)
        {
            left = Bounded(ParseOperator(left, found));
        }

        _nesting--;
        return left;
    }

    private Node ParseOperator(Node left, Operators.Infix found)
    {
        var op = Advance();
        if (op.Is("?"))
        {
            var then = ParseExpression(0);
            Expect(":");
            return new ConditionalNode(op.Start, left, then, ParseExpression(found.Power));
        }

        Operators.RefuseMixing(op, left, _parenthesised);
        var right = ParseExpression(found.RightAssociative ? found.Power : found.Power + 1);
        Operators.RefuseMixing(op, right, _parenthesised);
        return found.IsLogical
            ? new LogicalNode(op.Start, op.Text, left, right)
            : new BinaryNode(op.Start, op.Text, left, right);
    }

    private Node ParseUnary()
    {
        if (_token.Kind != TokenKind.Punctuator || _token.Text is not ("!" or "-" or "+"))
        {
            return ParsePostfix(ParsePrimary());
        }

        var op = Advance();
        return Bounded(new UnaryNode(op.Start, op.Text, ParseExpression(Operators.UnaryPower)));
    }

    private Node Bounded(Node node) => node.Depth <= Budget.MaxTreeDepth
        ? node
        : throw new SyntaxException(node.Offset, $"the expression chains more than {Budget.MaxTreeDepth} operations", "Split it over several transform steps.");

    private Token Advance()
    {
        var token = _token;
        _token = _lexer.Read(token.End);
        return token;
    }

    private Token Expect(string punctuator) => _token.Is(punctuator) ? Advance() : throw Unexpected($"`{punctuator}`");

    private bool Skip(string punctuator)
    {
        if (!_token.Is(punctuator))
        {
            return false;
        }

        Advance();
        return true;
    }

    private SyntaxException Unexpected(string expected) => Unexpected(_token, expected);

    private static SyntaxException Unexpected(Token token, string expected) =>
        Unsupported.Explain(token) ?? new SyntaxException(token.Start, $"expected {expected}, found {token.Describe()}");
}
