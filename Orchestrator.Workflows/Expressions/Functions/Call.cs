using Orchestrator.Workflows.Expressions.Nodes;

namespace Orchestrator.Workflows.Expressions.Functions;

/// <summary>A built-in function or method.</summary>
internal delegate Value Function(Call call);

/// <summary>A call under way: what it is called on, its arguments, and what is left of the budget.</summary>
internal readonly record struct Call(
    Evaluation Evaluation, int Offset, string Name, Value Self, IReadOnlyList<Value> Arguments, IReadOnlyList<FunctionNode?> Functions)
{
    public ReadOnlySpan<Value> Elements => Self.Elements;

    public string Text => Self.AsString();

    /// <summary>Evaluates the arguments; functions among them stay uncalled.</summary>
    public static Call Prepare(Evaluation evaluation, int offset, string name, Value self, Node[] arguments)
    {
        var values = new List<Value>(arguments.Length);
        var functions = new List<FunctionNode?>(arguments.Length);
        foreach (var argument in arguments)
        {
            switch (argument)
            {
                case FunctionNode function:
                    values.Add(Value.Undefined);
                    functions.Add(function);
                    break;
                case SpreadNode spread:
                    values.AddRange(spread.Elements(evaluation));
                    break;
                default:
                    values.Add(argument.Evaluate(evaluation));
                    break;
            }

            while (functions.Count < values.Count)
            {
                functions.Add(null);
            }
        }

        return new Call(evaluation, offset, name, self, values, functions);
    }

    /// <summary>An argument; undefined where it is not given.</summary>
    public Value Argument(int index) => index < Arguments.Count ? Arguments[index] : Value.Undefined;

    public bool HasFunction(int index) => index < Functions.Count && Functions[index] is not null;

    /// <summary>Calls the function that is an argument.</summary>
    public Value Invoke(int index, params ReadOnlySpan<Value> arguments)
    {
        if (!HasFunction(index))
        {
            throw Fail($"`{Name}` needs a function here, such as x => x.id");
        }

        Evaluation.Spend(Offset);
        return Functions[index]!.Invoke(Evaluation, arguments);
    }

    /// <summary>An argument as text.</summary>
    public string TextOf(int index) => ValueText.Of(Argument(index));

    /// <summary>An argument as a whole number; the default where it is not given, 0 for what is no number.</summary>
    public int Integer(int index, int missing = 0)
    {
        if (Argument(index).IsUndefined)
        {
            return missing;
        }

        var number = Operation.ToNumber(Argument(index));
        return double.IsNaN(number) ? 0 : (int)Math.Clamp(Math.Truncate(number), int.MinValue, int.MaxValue);
    }

    /// <summary>A place counted from the end where negative, kept inside of the length.</summary>
    public int Place(int index, int length, int missing)
    {
        var place = Integer(index, missing);
        return place < 0 ? Math.Max(0, length + place) : Math.Min(place, length);
    }

    /// <summary>Pays for content of this size before it is made; refuses what would be beyond bounds anyway.</summary>
    public void Pay(long size)
    {
        if (size > Budget.MaxSize)
        {
            throw Fail($"the value grows beyond {Budget.MaxSize:N0} characters");
        }

        Evaluation.Spend(Offset, size / Budget.ContentPerWork);
    }

    public EvaluationException Fail(string problem) => Evaluation.Fail(problem, Offset);
}
