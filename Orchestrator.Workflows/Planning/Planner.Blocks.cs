using Orchestrator.Workflows.States;

namespace Orchestrator.Workflows.Planning;

/// <content>Blocks: how they open, what their steps' ends mean for them, and what they mean for their owners.</content>
public static partial class Planner
{
    private sealed partial class Planning
    {
        /// <summary>One step of a block has ended; with the last one the block does.</summary>
        private void CountBlock(StepPlace? place)
        {
            if (place is null || LookAtBlock(place.Block) is not var (block, owner) || !block.IsOpen)
            {
                return;
            }

            block = block with { OpenSteps = block.OpenSteps - 1 };
            _blocks[place.Block] = block with { IsOpen = block.OpenSteps > 0 };
            if (block.OpenSteps == 0)
            {
                EndBlock(place, block.DeadStep is { } dead
                    ? owner with { Ended = owner.Ended + 1, FailedStep = dead }
                    : owner with { Ended = owner.Ended + 1, Succeeded = owner.Succeeded + 1 });
            }
        }

        private void EndBlock(StepPlace place, OwnerSnapshot owner)
        {
            _owners[place.Owner.Number] = owner;
            WakeOwner(place.Owner.Number, owner);
        }

        private void WakeOwner(int number, OwnerSnapshot owner)
        {
            if (owner.IsDue && Look(number) is { State: StepState.Waiting, HasBegun: true } step)
            {
                _steps[number] = step;
                _counted.Remove(number);
                _ready.Add(number);
            }
        }

        /// <summary>A step opens blocks and waits; where enough have ended meanwhile it has its next turn at once.</summary>
        private void Open(StepOpened news, StepSnapshot step)
        {
            if (!Goes || !IsBlockOpen(step.Place))
            {
                Close(news.Step, step with { State = StepState.Cancelled });
                return;
            }

            var owner = _owners.TryGetValue(news.Step, out var changed) ? changed : run.Owners.GetValueOrDefault(news.Step);
            _steps[news.Step] = step with { State = StepState.Waiting, HasBegun = true };
            if (news.IsInstead)
            {
                CancelUnder(news.Step);
                owner = owner with { Ended = owner.Opened, FailedStep = null };
            }

            var place = news.Undoes is { } undone ? (step.Place ?? new StepPlace(news.Step, [])) with { Undoes = undone } : step.Place;
            foreach (var body in news.Bodies)
            {
                var opening = new BlockOpening(new BlockKey(news.Step, owner.Opened), body, _nextNumber, place);
                _opened.Add(opening);
                _blocks[opening.Key] = new BlockSnapshot(blueprint.Bodies[body].Steps.Count);
                Open(opening);
                owner = owner with { Opened = owner.Opened + 1 };
            }

            owner = owner with { Wake = news.IsInstead ? new Wake(owner.Opened) : news.Wake };
            _owners[news.Step] = owner;
            WakeOwner(news.Step, owner);
        }

        /// <summary>It stays as if it had died, but that nothing hears of it: whoever decides about it finds what has failed in it.</summary>
        private void Hold(StepHeld news, StepSnapshot step)
        {
            if (!Goes || !IsBlockOpen(step.Place))
            {
                Close(news.Step, step with { State = StepState.Cancelled });
                return;
            }

            _steps[news.Step] = step with { State = StepState.Waiting, HasBegun = true };
            CancelUnder(news.Step);
            if (_owners.TryGetValue(news.Step, out var owner) || run.Owners.TryGetValue(news.Step, out owner))
            {
                _owners[news.Step] = owner with { Wake = Wake.Never };
            }
        }

        private void Open(BlockOpening opening)
        {
            foreach (var step in blueprint.Bodies[opening.Body].Steps)
            {
                var number = _nextNumber++;
                var pending = blueprint.Graph.Parents(step).Count;
                _steps[number] = new StepSnapshot(
                    StepState.Waiting, pending, 0, StepPlace.Under(opening.Key.Owner, opening.OwnerPlace, opening.Key.Iteration, step));
                if (pending == 0)
                {
                    _ready.Add(number);
                }
            }
        }

        /// <summary>The step has ended with blocks that are open: nobody waits for them any more.</summary>
        private void CancelUnder(int number)
        {
            var owner = _owners.TryGetValue(number, out var changed) ? changed : run.Owners.GetValueOrDefault(number);
            if (owner.Ended < owner.Opened)
            {
                _cancelledUnder.Add(number);
                Forget(number, null);
            }
        }

        /// <summary>What was decided about steps under this one does not come about.</summary>
        private void Forget(int owner, int? iteration)
        {
            bool IsUnder(int number) => (_steps[number].Place?.Owners ?? []).Any(
                above => above.Number == owner && (iteration is null || above.Iteration == iteration));
            _ready.RemoveWhere(IsUnder);
            _counted.RemoveWhere(IsUnder);
        }

        private bool IsBlockOpen(StepPlace? place) => place is null || (LookAtBlock(place.Block) is { Block.IsOpen: true } && !IsCancelled(place));

        /// <summary>Whether something around the step is cancelled by these same news; what was cancelled before has no news any more.</summary>
        private bool IsCancelled(StepPlace place)
        {
            if (_cancelled.Count + _cancelledUnder.Count + _cancelledBlocks.Count == 0)
            {
                return false;
            }

            return place.Owners.Any(above => _cancelled.Contains(above.Number)
                || _cancelledUnder.Contains(above.Number)
                || _cancelledBlocks.Contains(new BlockKey(above.Number, above.Iteration)));
        }

        /// <summary>Something of its block is dead, and the rest cleans up.</summary>
        private bool IsFailing(StepPlace? place) => place is not null && LookAtBlock(place.Block) is ({ DeadStep: not null }, _);

        private (BlockSnapshot Block, OwnerSnapshot Owner)? LookAtBlock(BlockKey key)
        {
            var hasBlock = _blocks.TryGetValue(key, out var block) || run.Blocks.TryGetValue(key, out block);
            var hasOwner = _owners.TryGetValue(key.Owner, out var owner) || run.Owners.TryGetValue(key.Owner, out owner);
            if (hasBlock && hasOwner)
            {
                return (block, owner);
            }

            _missingBlocks.Add(key);
            return null;
        }
    }
}
