using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Agents;

/// <summary>
/// Which agent tasks of a run come after another: down the graph through steps of other types, into the steps that contain
/// agent tasks, and out of those where nothing is left in them; of a loop into its next pass, where there is one. Pure.
/// </summary>
/// <param name="definition">Of the run.</param>
/// <param name="places">Of the run's agent tasks in opened bodies.</param>
internal sealed class NextAgents(WorkflowDefinition definition, IEnumerable<StepPlace> places)
{
    /// <summary>More of them after one are not named: of two large lists each item would name each.</summary>
    public const int Most = 100;

    private static readonly Comparer<Opener> ByBlock = Comparer<Opener>.Create((one, other) => (one.Number, one.Iteration).CompareTo((other.Number, other.Iteration)));

    /// <summary>The blocks that hold agent tasks, each with its body, by the block around them and the step that opened them.</summary>
    private readonly Dictionary<(BlockKey? Around, int Owner), SortedDictionary<Opener, StepBody>> _blocks = BlocksOf(definition, places);

    private readonly WorkflowDefinition _definition = definition;

    private readonly ILookup<int, StepBody> _bodies = definition.Bodies.Where(body => body.Owner is not null).ToLookup(body => body.Owner!.Value);

    /// <summary>Their addresses, in the order of the file, those of items and passes in theirs.</summary>
    /// <param name="number">Of the step in the run.</param>
    /// <param name="place">Its place; null: in the workflow's own body.</param>
    public IReadOnlyList<string> After(int number, StepPlace? place)
    {
        var search = new Search(this);
        search.Leave(place?.Step ?? number, [.. place?.Owners ?? []]);
        return search.Found();
    }

    private static Dictionary<(BlockKey?, int), SortedDictionary<Opener, StepBody>> BlocksOf(WorkflowDefinition definition, IEnumerable<StepPlace> places)
    {
        var blocks = new Dictionary<(BlockKey?, int), SortedDictionary<Opener, StepBody>>();
        foreach (var place in places)
        {
            var around = (BlockKey?)null;
            foreach (var (depth, owner) in place.Owners.Index())
            {
                if (!blocks.TryGetValue((around, owner.Step), out var known))
                {
                    blocks[(around, owner.Step)] = known = new(ByBlock);
                }

                var inside = depth + 1 < place.Owners.Count ? place.Owners[depth + 1].Step : place.Step;
                known[owner] = definition.Bodies[definition.Blueprint.BodyOf(inside)];
                around = new BlockKey(owner.Number, owner.Iteration);
            }
        }

        return blocks;
    }

    private static BlockKey? Around(Opener[] owners) => owners.Length == 0 ? null : new BlockKey(owners[^1].Number, owners[^1].Iteration);

    private sealed class Search(NextAgents run)
    {
        private readonly HashSet<string> _seen = [];
        private readonly Queue<(int Step, Opener[] Owners)> _open = new();
        private readonly List<(int Step, Opener[] Owners)> _agents = [];

        public IReadOnlyList<string> Found()
        {
            while (_agents.Count < Most && _open.TryDequeue(out var next))
            {
                if (run._definition.Steps[next.Step].Action is AgentTaskAction)
                {
                    _agents.Add(next);
                }
                else if (run._bodies.Contains(next.Step))
                {
                    Enter(next.Step, next.Owners);
                }
                else
                {
                    Leave(next.Step, next.Owners);
                }
            }

            return
            [
                .. _agents
                    .OrderBy(agent => agent.Step)
                    .ThenBy(agent => agent.Owners, Comparer<Opener[]>.Create((one, other) => one.Zip(other, (a, b) => a.Iteration.CompareTo(b.Iteration)).FirstOrDefault(order => order != 0)))
                    .Select(agent => agent.Owners.Length == 0
                        ? run._definition.Steps[agent.Step].Id
                        : run._definition.Address(new StepPlace(agent.Step, agent.Owners))),
            ];
        }

        /// <summary>What comes after a step: in its body, or after the step that contains it.</summary>
        public void Leave(int step, Opener[] owners)
        {
            var children = run._definition.Graph.Children(step);
            foreach (var child in children)
            {
                Add(child, owners);
            }

            if (children.Count > 0 || owners.Length == 0)
            {
                return;
            }

            var (owner, outer) = (owners[^1], owners[..^1]);
            var next = owner with { Iteration = owner.Iteration + 1 };
            if (run._definition.Steps[owner.Step].Action is LoopAction && run._blocks.TryGetValue((Around(outer), owner.Step), out var passes) && passes.TryGetValue(next, out var body))
            {
                AddRoots(next, body, outer);
            }
            else
            {
                Leave(owner.Step, outer);
            }
        }

        /// <summary>The blocks that it has opened, of a loop the first; where none is there yet, the one that it would open first.</summary>
        private void Enter(int step, Opener[] owners)
        {
            var blocks = run._blocks.GetValueOrDefault((Around(owners), step)) is { } known
                ? known.Select(block => (block.Key, block.Value))
                : run._bodies[step].Select((body, index) => (Key: new Opener(-1 - step, step, index), Value: body));
            foreach (var (opener, body) in blocks.Take(run._definition.Steps[step].Action is LoopAction ? 1 : Most))
            {
                AddRoots(opener, body, owners);
            }
        }

        private void AddRoots(Opener opener, StepBody body, Opener[] owners)
        {
            foreach (var root in body.Roots)
            {
                Add(root, [.. owners, opener]);
            }
        }

        private void Add(int step, Opener[] owners)
        {
            if (_seen.Add($"{step}|{string.Join('|', owners.Select(owner => $"{owner.Number},{owner.Iteration}"))}"))
            {
                _open.Enqueue((step, owners));
            }
        }
    }
}
