namespace Orchestrator.Workflows.Expressions;

/// <summary>One evaluation under way: its scope, what is left of its budget, and the arguments of arrow functions.</summary>
internal sealed class Evaluation(IScope scope)
{
    private int _work = Budget.MaxWork;

    /// <summary>What it sees of the world.</summary>
    public IScope Scope => scope;

    /// <summary>The text of the expression that is evaluated, for messages.</summary>
    public string Source { get; set; } = "";

    /// <summary>Where <see cref="Source"/> begins in the text that the nodes' offsets count from.</summary>
    public int Origin { get; set; }

    /// <summary>A <c>?.</c> met null or undefined: the rest of its chain is passed over.</summary>
    public bool ChainEnded { get; set; }

    /// <summary>The arguments of the arrow functions that are being called; each parameter has a place of its own.</summary>
    public Value[] Locals { get; set; } = [];

    /// <summary>The time, the same for the whole evaluation; null: there is none.</summary>
    public DateTime? Now => scope.Now;

    public Guid? NewId() => scope.NewId();

    public Value Resolve(string root) => scope.Resolve(root);

    public void Spend(int offset, long work = 1)
    {
        if (work > _work)
        {
            throw Fail($"it takes more than {Budget.MaxWork:N0} steps of work", offset);
        }

        _work -= (int)work;
    }

    /// <summary>Accepts a value that was made, if it is within bounds.</summary>
    public Value Made(Value value, int offset)
    {
        if (value.Size > Budget.MaxSize)
        {
            throw Fail($"the value grows beyond {Budget.MaxSize:N0} characters", offset);
        }

        if (value.Depth > Value.MaxDepth)
        {
            throw Fail($"the value nests deeper than {Value.MaxDepth} levels", offset);
        }

        return value;
    }

    public EvaluationException Fail(string problem, int offset) => new(problem, Source, Math.Max(0, offset - Origin));
}
