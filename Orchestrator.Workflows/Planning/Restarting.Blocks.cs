using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <content>Blocks: those taken over as they are, and those that steps go on with.</content>
public static partial class Restarting
{
    private sealed partial class Building
    {
        /// <summary>A step that has ended, with all that it contains.</summary>
        private void TakeOver(Body body, int step, int old)
        {
            var past = run.Steps[old];
            _steps[body.Number(step)] = new RestartedStep(body.Number(step), step, body.Place(step), past.Step.State.IsTerminal() ? past.Step.State : StepState.Cancelled, old)
            {
                Present = past.Step.Present,
                IsPresent = past.Step.State == StepState.Success || past.IsPresent,
            };
            CopyBlocks(body, step, _oldBlocks[old]);
        }

        /// <summary>Blocks in which nothing happens any more. Where the new definition lacks such a body its steps are left out.</summary>
        private void CopyBlocks(Body body, int step, IEnumerable<BlockKey> keys)
        {
            var opened = 0;
            foreach (var key in keys)
            {
                if (NewBody(key) is not { } inside || (definition.Bodies[inside].Owner != step && definition.Steps[step].Alternative != inside))
                {
                    break;
                }

                var block = Open(body, step, key, inside);
                foreach (var one in block.Steps.Steps)
                {
                    if (block.Old(one) is { } old)
                    {
                        TakeOver(block, one, old);
                    }
                    else
                    {
                        _steps[block.Number(one)] = new RestartedStep(block.Number(one), one, block.Place(one), StepState.Skipped);
                    }
                }

                Close(body.Number(step), key.Iteration, inside, block);
                opened++;
            }

            if (opened > 0)
            {
                var so = _owners.GetValueOrDefault(body.Number(step));
                _owners[body.Number(step)] = so with { Opened = so.Opened + opened, Ended = so.Ended + opened, Succeeded = so.Succeeded + opened };
            }
        }

        /// <summary>A step goes on with the blocks that it had. It has a turn first, which finds what has become of them.</summary>
        private void Reopen(Body body, int step, int? old, int? depth)
        {
            var number = body.Number(step);
            var keys = old is { } known ? _oldBlocks[known].ToArray() : [];
            var wanted = depth is { } on ? from!.Way[on].Iteration : (int?)null;
            if (wanted is { } iteration && (old is null || !Contains(step, old.Value) || iteration >= keys.Length))
            {
                _refusal ??= NoSuchPlace(step, iteration, old is not null && Contains(step, old.Value) ? keys.Length : 0);
                return;
            }

            _steps[number] = new RestartedStep(number, step, body.Place(step), StepState.Queued, old) { IsReopened = true };
            _owners[number] = default;
            if (definition.Steps[step].Action is LoopAction)
            {
                var current = wanted ?? keys.Length - 1;
                CopyBlocks(body, step, keys.Take(current));
                keys = [keys[current]];
            }

            foreach (var key in keys)
            {
                var inside = NewBody(key)!.Value;
                var block = Open(body, step, key, inside);
                Process(block, key.Iteration == wanted ? depth + 1 : null);
                if (_refusal is not null)
                {
                    return; // not every step of it is decided about
                }

                var isOpen = Close(number, key.Iteration, inside, block);
                var so = _owners[number];
                _owners[number] = so with { Opened = so.Opened + 1, Ended = so.Ended + (isOpen ? 0 : 1), Succeeded = so.Succeeded + (isOpen ? 0 : 1), Wake = new Wake(int.MaxValue) };
            }
        }

        /// <summary>
        /// Whether a step can go on with the blocks that it had: it opens the same in the new definition, and nothing else has
        /// taken their place. A race begins anew.
        /// </summary>
        private bool Contains(int step, int old)
        {
            var keys = _oldBlocks[old].ToArray();
            var action = definition.Steps[step].Action;
            return keys.Length > 0
                && keys[^1].Iteration == keys.Length - 1
                && action is LoopAction or ForEachAction or ParallelAction
                && before.Steps[_oldIndexes[definition.Steps[step].Id]].Action.GetType() == action.GetType()
                && keys.All(key => NewBody(key) is { } inside
                    && inside == (action is ParallelAction ? definition.Steps[step].Opens.ElementAtOrDefault(key.Iteration) : definition.Steps[step].Opens[0]));
        }

        private RestartRefusal NoSuchPlace(int step, int iteration, int count)
        {
            var id = definition.Steps[step].Id;
            return new RestartRefusal(
                count == 0
                    ? $"from_step: nothing that '{id}' contains can be taken over from the run: it had not begun, had failed into something else, or contains something else in this version. Restart from '{id}'."
                    : $"from_step: the run has no {id}[{iteration}]; it has {id}[0] to {id}[{count - 1}].",
                IsUnknown: count > 0);
        }

        /// <summary>The body of the new definition with the steps of an old block; null: they are not together any more.</summary>
        private int? NewBody(BlockKey key)
        {
            var bodies = run.Members(key)
                .Select(number => _indexes.TryGetValue(before.Steps[run.Steps[number].Step.Place!.Step].Id, out var index) ? _blueprint.BodyOf(index) : (int?)null)
                .OfType<int>().Distinct().ToArray();
            return bodies is [var only] && only != 0 ? only : null;
        }

        /// <summary>The numbers of a block, consecutive.</summary>
        private Body Open(Body around, int owner, BlockKey key, int inside)
        {
            var (first, steps) = (_next, definition.Bodies[inside]);
            _next += steps.Steps.Count;
            var olds = run.Members(key).ToDictionary(number => before.Steps[run.Steps[number].Step.Place!.Step].Id, StringComparer.Ordinal);
            return new Body(
                steps,
                step => first + _blueprint.Position(step),
                step => StepPlace.Under(around.Number(owner), around.Place(owner), key.Iteration, step),
                step => olds.TryGetValue(definition.Steps[step].Id, out var old) ? old : null);
        }

        /// <summary>All steps of a block are decided about; whether something is left to do in it.</summary>
        private bool Close(int owner, int iteration, int inside, Body block)
        {
            var (first, count) = (block.Number(block.Steps.Steps[0]), block.Steps.Steps.Count);
            var open = block.Steps.Steps.Count(step => !_steps[block.Number(step)].State.IsTerminal());
            _blocks.Add(new RestartedBlock(new BlockKey(owner, iteration), inside, first, count, new BlockSnapshot(open, open > 0)));
            return open > 0;
        }
    }
}
