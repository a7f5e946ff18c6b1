using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Tests.Workflows.Planning;

/// <summary>What a step of a random workflow does.</summary>
internal enum Doing
{
    Work,
    Wait,
    Parallel,
    Loop,
    ForEach,
    Race,
    Choose,
    Cancel,
    Fail,
    Succeed,
}

/// <summary>A step of a random workflow: what its executor needs to know.</summary>
internal sealed record RandomStep(Doing Doing, OnFailure OnFailure)
{
    /// <summary>Bodies that it opens.</summary>
    public List<int> Opens { get; } = [];

    /// <summary>Steps that it chooses among, or cancels.</summary>
    public List<int> Targets { get; } = [];

    public int? Alternative { get; set; }

    /// <summary>Blocks open at once.</summary>
    public int Window { get; init; } = 1;

    public int? CompleteAfter { get; init; }

    public bool LeavesRest { get; init; }

    public bool PassesOverFailures { get; init; }
}

/// <summary>A workflow of every construct, nested up to four deep, as the validator would let it pass.</summary>
internal sealed class RandomWorkflow
{
    private const int MaxDepth = 4;

    private readonly Random _random;
    private readonly List<RandomStep> _steps = [];
    private readonly List<StepRule> _rules = [];
    private readonly List<(List<int> Steps, int? Owner)> _bodies = [];
    private readonly List<Edge> _edges = [];
    private readonly int _size;

    public RandomWorkflow(Random random)
    {
        _random = random;
        _size = random.Next(3) switch { 0 => 5, 1 => 15, _ => 40 };
        AddBody(depth: 0, owner: null, []);
        var graph = StepGraph.Create(_steps.Count, _edges);
        foreach (var (step, one) in _steps.Index().Where(step => step.Item.Doing == Doing.Choose))
        {
            _rules[step] = _rules[step] with { Targets = one.Targets };
        }

        Blueprint = new Blueprint(
            graph, [.. _bodies.Select(body => StepBody.Of(body.Steps, graph, body.Owner))],
            _rules.Select((rule, step) => rule with { Steers = _steps[step].Doing != Doing.Work }))
        {
            MaxParallel = random.Next(2) == 0 ? random.Next(1, 4) : null,
        };
    }

    public Blueprint Blueprint { get; }

    public RandomStep this[int step] => _steps[step];

    /// <summary>One line a step.</summary>
    public override string ToString() => $"at most {Blueprint.MaxParallel}\n" + string.Join('\n', _bodies.Index().Select(body =>
        $"body {body.Index}{(body.Item.Owner is { } owner ? $" of {owner}" : "")}:\n" + string.Join('\n', body.Item.Steps.Select(Show))));

    private string Show(int step)
    {
        var (one, rule) = (_steps[step], _rules[step]);
        return $"  {step} {one.Doing}"
            + (Blueprint.Graph.Parents(step) is { Count: > 0 } parents ? $" after {string.Join(',', parents)}" : "")
            + (rule.Join == Join.All ? "" : $" join {rule.Join.Kind} {rule.Join.Needed}{(rule.Join.CancelsRest ? " cancel" : "")}")
            + (rule.IsInOrder ? " in order" : "")
            + (rule.Choosers == 0 ? "" : $" chosen by {rule.Choosers}")
            + (one.Opens.Count == 0 ? "" : $" opens {string.Join(',', one.Opens)} window {one.Window} after {one.CompleteAfter} leaves {one.LeavesRest} passes {one.PassesOverFailures}")
            + (one.Targets.Count == 0 ? "" : $" targets {string.Join(',', one.Targets)}")
            + (one.OnFailure == OnFailure.Abort ? "" : $" on_failure {one.OnFailure} {one.Alternative}");
    }

    /// <param name="depth">How deep it lies.</param>
    /// <param name="owner">Who opens it.</param>
    /// <param name="above">Steps around it that have been made, for cancels.</param>
    private int AddBody(int depth, int? owner, IReadOnlyList<int> above)
    {
        var body = _bodies.Count;
        var first = _steps.Count;
        var count = depth == 0 ? _random.Next(1, Math.Max(2, _size / 2)) : _random.Next(1, 4);
        var members = Enumerable.Range(first, count).ToList();
        _bodies.Add((members, owner));
        foreach (var _ in members)
        {
            _steps.Add(Step(depth));
            _rules.Add(StepRule.Default);
        }

        if (owner is { } by && _steps[by].Doing is Doing.Loop or Doing.ForEach && _random.Next(2) == 0)
        {
            List(members);
        }
        else
        {
            Connect(members);
        }

        List<int> around = [.. above, .. members];
        foreach (var member in members)
        {
            var step = _steps[member];
            if (step.Doing == Doing.Cancel)
            {
                step.Targets.AddRange(around.Where(other => other != member && _random.Next(4) == 0).Take(3));
            }

            var opens = step.Doing switch { Doing.Parallel or Doing.Race => _random.Next(1, 4), Doing.Loop or Doing.ForEach => 1, _ => 0 };
            for (var i = 0; i < opens; i++)
            {
                step.Opens.Add(AddBody(depth + 1, member, around));
            }

            if (step.OnFailure == OnFailure.Alternative)
            {
                step.Alternative = AddBody(depth + 1, null, above);
            }
        }

        return body;
    }

    private RandomStep Step(int depth)
    {
        var isDeep = depth >= MaxDepth || _steps.Count > _size;
        var doing = _random.Next(20) switch
        {
            < 8 => Doing.Work,
            8 => Doing.Wait,
            < 12 => Doing.Choose,
            12 => Doing.Cancel,
            13 => _random.Next(4) == 0 ? Doing.Fail : Doing.Work,
            14 => _random.Next(4) == 0 ? Doing.Succeed : Doing.Work,
            var other => isDeep ? Doing.Work : other switch { 15 => Doing.Parallel, 16 => Doing.Loop, 17 => Doing.Race, _ => Doing.ForEach },
        };
        var onFailure = _random.Next(8) switch
        {
            0 => OnFailure.Skip,
            1 => OnFailure.Continue,
            2 when !isDeep => OnFailure.Alternative,
            3 => OnFailure.Escalate,
            _ => OnFailure.Abort,
        };
        return new RandomStep(doing, onFailure)
        {
            Window = _random.Next(1, 4),
            CompleteAfter = _random.Next(3) == 0 ? _random.Next(1, 3) : null,
            LeavesRest = _random.Next(2) == 0,
            PassesOverFailures = _random.Next(2) == 0,
        };
    }

    /// <summary>One after the other, as they are listed.</summary>
    private void List(List<int> members)
    {
        foreach (var member in members.Skip(1))
        {
            _edges.Add(new Edge(member - 1, member));
            _rules[member] = new StepRule(RandomJoin(0, 1)) { IsInOrder = true };
        }
    }

    /// <summary>Conditions choose among later steps; the others depend on earlier ones, and join them in every way.</summary>
    private void Connect(List<int> members)
    {
        var choosers = members.ToDictionary(member => member, _ => 0);
        foreach (var chooser in members.Where(member => _steps[member].Doing == Doing.Choose))
        {
            foreach (var target in members.Where(member => member > chooser && _random.Next(3) == 0).Take(3))
            {
                _steps[chooser].Targets.Add(target);
                _edges.Add(new Edge(chooser, target));
                choosers[target]++;
            }
        }

        var density = _random.NextDouble() * 0.7;
        foreach (var member in members)
        {
            var parents = choosers[member] > 1
                ? 0
                : members.Count(other => other < member && !_steps[other].Targets.Contains(member) && _random.NextDouble() < density && Add(other, member));
            _rules[member] = new StepRule(RandomJoin(choosers[member], parents), choosers[member]);
        }
    }

    private bool Add(int parent, int child)
    {
        _edges.Add(new Edge(parent, child));
        return true;
    }

    private Join RandomJoin(int choosers, int others) => _random.Next(choosers + others == 0 ? 1 : 6) switch
    {
        3 when choosers == 0 => Join.AllDone,
        > 3 when choosers == 0 => new Join(JoinKind.Some, _random.Next(1, others + 1), _random.Next(2) == 0),
        _ when choosers > 0 && others == 0 && _random.Next(3) == 0 => Join.Any,
        _ => Join.All,
    };
}
