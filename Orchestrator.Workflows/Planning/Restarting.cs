using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// Decides how a run begins that goes on from where another one stood: from a step of it, or from a snapshot. Pure, as
/// <see cref="Planner"/>.
/// <para>
/// What has ended well, was skipped or was cancelled on purpose is taken over, with all that it contains; but not the step
/// from which it goes on, what comes after it, what was undone, and what came after that. A step that contains others and had
/// not ended, or that contains the named step, is opened again with the blocks that it had: of a loop those up to the pass in
/// question, of the others all. Everything else begins anew.
/// </para>
/// <para>
/// The definition may be another version: steps are the same by id, and what is new in it begins anew.
/// </para>
/// </summary>
public static partial class Restarting
{
    /// <summary>The new run; or why there can't be one.</summary>
    /// <param name="definition">The new run's.</param>
    /// <param name="before">The other run's.</param>
    /// <param name="run">The other run; of a snapshot as it was then.</param>
    /// <param name="from">From where it goes on; null: from where the other run stood.</param>
    public static (RestartPlan? Plan, RestartRefusal? Refusal) Plan(WorkflowDefinition definition, WorkflowDefinition before, PastRun run, string? from)
    {
        var address = default(StepAddress);
        if (from is not null && StepAddress.Find(definition, from) is var (found, problem))
        {
            if (found is null)
            {
                return (null, new RestartRefusal($"from_step: {problem}.", IsUnknown: true));
            }

            address = found;
        }

        var building = new Building(definition, before, run, address);
        return building.Build() is { } refusal ? (null, refusal) : (building.Plan(), null);
    }

    /// <summary>Steps that a message names.</summary>
    private const int MaxNamed = 10;

    private sealed partial class Building(WorkflowDefinition definition, WorkflowDefinition before, PastRun run, StepAddress? from)
    {
        private readonly Blueprint _blueprint = definition.Blueprint;
        private readonly Dictionary<string, int> _indexes = definition.Steps.ToDictionary(step => step.Id, step => step.Index, StringComparer.Ordinal);
        private readonly Dictionary<string, int> _oldIndexes = before.Steps.ToDictionary(step => step.Id, step => step.Index, StringComparer.Ordinal);
        private readonly Dictionary<int, int> _rank = definition.Graph.Order.Select((step, rank) => (step, rank)).ToDictionary(one => one.step, one => one.rank);
        private readonly Dictionary<int, RestartedStep> _steps = [];
        private readonly List<RestartedBlock> _blocks = [];
        private readonly Dictionary<int, OwnerSnapshot> _owners = [];
        private readonly List<StepNews> _news = [];
        private readonly ILookup<int, BlockKey> _oldBlocks = run.Blocks.Keys.OrderBy(key => key.Iteration).ToLookup(key => key.Owner);
        private int _next = definition.Steps.Count;
        private RestartRefusal? _refusal;

        public RestartRefusal? Build()
        {
            Process(new Body(_blueprint.Main, step => step, _ => null, OldOfMain), from is null ? null : 0);
            return _refusal ?? (_steps.Values.All(step => step.State.IsTerminal())
                ? new RestartRefusal("Everything in it had ended: there is nothing to go on with. Restart the run from a step, or from the start.", IsUnknown: false)
                : null);
        }

        /// <summary>The planner says what is skipped because nothing that it depends on has taken place.</summary>
        public RestartPlan Plan()
        {
            var decisions = Planner.Plan(
                _blueprint,
                new RunSnapshot
                {
                    State = RunState.Running,
                    OpenSteps = _blueprint.Main.Steps.Count(step => !_steps[step].State.IsTerminal()),
                    Steps = _steps.ToDictionary(step => step.Key, step => new StepSnapshot(step.Value.State, step.Value.Pending, step.Value.Present, step.Value.Place)),
                    Blocks = _blocks.ToDictionary(block => block.Key, block => block.Block),
                    Owners = _owners,
                    NextNumber = _next,
                },
                _news);
            decisions.Ended.ToList().ForEach(end => _steps[end.Step] = _steps[end.Step] with { State = end.State });
            Move(decisions.Ready, StepState.Queued);
            Move(decisions.Counted, StepState.Waiting);
            foreach (var (number, owner) in decisions.Owners)
            {
                _owners[number] = owner;
            }

            return new RestartPlan
            {
                Steps = [.. _steps.Values.OrderBy(step => step.Number)],
                Blocks = [.. _blocks.Select(block => decisions.Blocks.TryGetValue(block.Key, out var now) ? block with { Block = now } : block)],
                Owners = _owners,
                OpenSteps = decisions.OpenSteps,
                NextNumber = _next,
            };

            void Move(IReadOnlyList<StepCount> counts, StepState state)
            {
                foreach (var count in counts)
                {
                    _steps[count.Step] = _steps[count.Step] with { State = state, Pending = count.Pending, Present = count.Present };
                }
            }
        }

        private int? OldOfMain(int step) =>
            _oldIndexes.TryGetValue(definition.Steps[step].Id, out var old) && run.Steps.TryGetValue(old, out var past) && past.Step.Place is null ? old : null;

        /// <summary>A body of the new run: its steps with their numbers and places, and their numbers in the other run.</summary>
        private sealed record Body(StepBody Steps, Func<int, int> Number, Func<int, StepPlace?> Place, Func<int, int?> Old);

        /// <summary>Decides about the steps of a body that has something left to do.</summary>
        /// <param name="body">The body.</param>
        /// <param name="depth">How far on the way to the named step it is; null: it is not on it.</param>
        private void Process(Body body, int? depth)
        {
            var named = depth is not { } on ? (int?)null : on < from!.Way.Count ? from.Way[on].Owner : from.Step;
            var anew = After(body, named);
            foreach (var step in body.Steps.Steps.OrderBy(step => _rank[step]).TakeWhile(_ => _refusal is null))
            {
                var (number, old) = (body.Number(step), body.Old(step));
                var past = old is { } known ? run.Steps[known] : null;
                if (step == named)
                {
                    Check(body, step);
                    if (depth < from!.Way.Count)
                    {
                        Reopen(body, step, old, depth);
                    }
                    else
                    {
                        _steps[number] = Fresh(body, step) with { State = StepState.Queued, Pending = 0 };
                    }
                }
                else if (past is null || anew.Contains(step))
                {
                    _steps[number] = Fresh(body, step);
                }
                else if (IsTakenOver(body, step, past))
                {
                    TakeOver(body, step, old!.Value);
                }
                else if (Contains(step, old!.Value))
                {
                    Reopen(body, step, old, null);
                }
                else
                {
                    _steps[number] = Fresh(body, step);
                }
            }
        }

        /// <summary>What comes after the named step, what was undone, and what comes after that.</summary>
        private HashSet<int> After(Body body, int? named)
        {
            var anew = new HashSet<int>();
            foreach (var step in body.Steps.Steps.OrderBy(step => _rank[step]))
            {
                if ((body.Old(step) is { } old && run.Undone.Contains(old))
                    || _blueprint.Graph.Parents(step).Any(parent => parent == named || anew.Contains(parent)))
                {
                    anew.Add(step);
                }
            }

            return anew;
        }

        private bool IsTakenOver(Body body, int step, PastStep past) => past switch
        {
            { Step.State: StepState.Success } or { IsPresent: true } => true,
            { Step.State: StepState.Cancelled } => past.IsUnwanted,
            { Step.State: StepState.Skipped } => past.HasStarted
                || _blueprint.Graph.Parents(step).All(parent => _steps[body.Number(parent)].State.IsTerminal()),
            _ => false,
        };

        /// <summary>A step that begins anew, where those that it depends on let it stand.</summary>
        private RestartedStep Fresh(Body body, int step)
        {
            var (number, rule) = (body.Number(step), _blueprint.Rule(step));
            var parents = _blueprint.Graph.Parents(step).ToArray();
            var pending = parents.Count(parent => !_steps[body.Number(parent)].State.IsTerminal());
            var present = parents.Count(parent => _steps[body.Number(parent)] is var one
                && (rule.IsInOrder ? one.State.IsTerminal() : one.IsPresent && IsChosen(body, parent, step)));
            var isMet = parents.Length == 0 || rule.Join.Kind switch
            {
                JoinKind.All => pending == 0 && present > 0,
                JoinKind.Some => present >= rule.Join.Needed,
                _ => pending == 0,
            };
            if (!isMet && rule.Join.Kind switch { JoinKind.All => pending == 0, JoinKind.Some => present + pending < rule.Join.Needed, _ => false })
            {
                _news.Add(new StepSkipped(number));
            }

            return new RestartedStep(number, step, body.Place(step), isMet ? StepState.Queued : StepState.Waiting) { Pending = pending, Present = present };
        }

        /// <summary>Of a condition that is taken over: it had chosen this step.</summary>
        private bool IsChosen(Body body, int parent, int step) => !_blueprint.Rule(parent).Targets.Contains(step)
            || (body.Old(step) is { } old && run.Steps[old].Step.Present > 0);

        /// <summary>The run can go on from here only if what comes before has ended.</summary>
        private void Check(Body body, int step)
        {
            var fresh = Fresh(body, step);
            if (fresh.Pending == 0 || fresh.State == StepState.Queued)
            {
                _ = _news.RemoveAll(news => news.Step == fresh.Number);
                return;
            }

            var ids = Missing(body, step).Select(index => $"'{definition.Steps[index].Id}'").ToArray();
            _refusal ??= new RestartRefusal(
                $"from_step: '{definition.Steps[step].Id}' depends on {string.Join(", ", ids.Take(MaxNamed))}{(ids.Length > MaxNamed ? ", …" : "")}, of which there is no result. Restart from {ids[0]}, or from the start (without from_step).",
                IsUnknown: false);
        }

        /// <summary>What has not ended of that on which a step depends, in the order in which it would run.</summary>
        private IEnumerable<int> Missing(Body body, int step)
        {
            var missing = new HashSet<int>();
            var next = new Queue<int>([step]);
            while (next.TryDequeue(out var one))
            {
                foreach (var parent in _blueprint.Graph.Parents(one).Where(parent => !_steps[body.Number(parent)].State.IsTerminal() && missing.Add(parent)))
                {
                    next.Enqueue(parent);
                }
            }

            return missing.OrderBy(one => _rank[one]);
        }
    }
}
