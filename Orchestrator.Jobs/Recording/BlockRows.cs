using Npgsql;
using Orchestrator.Jobs.Definitions;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Jobs.Recording;

/// <summary>The rows of blocks that a recording batch writes; runs whose steps contain no others have none.</summary>
internal sealed class BlockRows
{
    private readonly List<(RunInfo Run, BlockOpening Opening, BlockSnapshot Block, int Steps)> _opened = [];
    private readonly List<(RunInfo Run, int Number, StepPlace Place, string Address, StepDefinition Step, string Queue, int Pending)> _steps = [];
    private readonly List<(RunInfo Run, BlockKey Key, BlockSnapshot Block)> _changed = [];
    private readonly List<(RunInfo Run, int Number, OwnerSnapshot Owner, Value Data)> _progress = [];
    private readonly List<(RunInfo Run, int Number, int Position, Value Item)> _items = [];
    private readonly List<(RunInfo Run, int Number, int? Iteration, bool Itself, int? Before)> _cancelled = [];

    /// <summary>A block comes to be, with all of its steps.</summary>
    public void Open(RunInfo run, LoadedWorkflow workflow, BlockOpening opening, BlockSnapshot block)
    {
        var blueprint = workflow.Definition.Blueprint;
        var steps = blueprint.Bodies[opening.Body].Steps;
        _opened.Add((run, opening, block, steps.Count));
        for (var position = 0; position < steps.Count; position++)
        {
            var place = StepPlace.Under(opening.Key.Owner, opening.OwnerPlace, opening.Key.Iteration, steps[position]);
            var step = workflow.Step(steps[position]);
            _steps.Add((
                run, opening.First + position, place, workflow.Address(place), step,
                step.Queue ?? workflow.Definition.Config.Queue ?? StepJobRows.DefaultQueue, blueprint.Graph.Parents(step.Index).Count));
        }
    }

    public void Count(RunInfo run, BlockKey key, BlockSnapshot block) => _changed.Add((run, key, block));

    public void Progress(RunInfo run, int number, OwnerSnapshot owner, Value data) => _progress.Add((run, number, owner, data));

    public void Items(RunInfo run, int number, int first, IReadOnlyList<Value> items) =>
        _items.AddRange(items.Select((item, position) => (run, number, first + position, item)));

    public void Cancel(RunInfo run, Decisions decisions)
    {
        // What a failed step has opened instead of its earlier blocks stays.
        var instead = decisions.Opened.GroupBy(opening => opening.Key.Owner).ToDictionary(group => group.Key, group => group.Min(opening => opening.Key.Iteration));
        _cancelled.AddRange(decisions.Cancelled.Select(number => (run, number, (int?)null, true, (int?)null)));
        _cancelled.AddRange(decisions.CancelledUnder.Select(number => (run, number, (int?)null, false, instead.TryGetValue(number, out var first) ? first : (int?)null)));
        _cancelled.AddRange(decisions.CancelledBlocks.Select(key => (run, key.Owner, (int?)key.Iteration, false, (int?)null)));
    }

    /// <summary>What has to be there before steps are moved.</summary>
    public void AddOpenings(NpgsqlBatch batch)
    {
        if (_items.Count > 0)
        {
            Add(batch, "InsertItems")
                .Texts(_items.ConvertAll(one => one.Run.Tenant))
                .Uuids(_items.ConvertAll(one => one.Run.Id.Job(one.Number).Value))
                .Ints(_items.ConvertAll(one => one.Position))
                .Jsons(_items.ConvertAll(one => one.Item.ToJson()));
        }

        if (_opened.Count == 0)
        {
            return;
        }

        Add(batch, "OpenBlocks")
            .Texts(_opened.ConvertAll(one => one.Run.Tenant))
            .Uuids(_opened.ConvertAll(one => one.Run.Id.Job(one.Opening.Key.Owner).Value))
            .Ints(_opened.ConvertAll(one => one.Opening.Key.Iteration))
            .Ints(_opened.ConvertAll(one => one.Opening.Body))
            .Uuids(_opened.ConvertAll(one => one.Run.Id.Job(one.Opening.First).Value))
            .Uuids(_opened.ConvertAll(one => one.Run.Id.Job(one.Opening.First + one.Steps - 1).Value))
            .Ints(_opened.ConvertAll(one => one.Block.OpenSteps))
            .Booleans(_opened.ConvertAll(one => one.Block.IsOpen))
            .Ints(_opened.ConvertAll(one => one.Block.DeadStep));
        Add(batch, "InsertSteps")
            .Texts(_steps.ConvertAll(one => one.Run.Tenant))
            .Uuids(_steps.ConvertAll(one => one.Run.Id.Job(one.Number).Value))
            .Uuids(_steps.ConvertAll(one => one.Run.Id.Value))
            .Texts(_steps.ConvertAll(one => one.Address))
            .Ints(_steps.ConvertAll(one => one.Number))
            .Ints(_steps.ConvertAll(one => one.Step.Index))
            .Texts(_steps.ConvertAll(one => Places.Write(one.Place)))
            .Texts(_steps.ConvertAll(one => one.Run.UserId))
            .Texts(_steps.ConvertAll(one => one.Run.IntentId))
            .Shorts(_steps.ConvertAll(one => (short)(one.Step.Priority ?? one.Run.Priority)))
            .Texts(_steps.ConvertAll(one => one.Queue))
            .Shorts(_steps.ConvertAll(one => (short)one.Step.Retry.MaxAttempts))
            .Ints(_steps.ConvertAll(one => one.Pending));
    }

    /// <summary>What changes with the steps that have moved.</summary>
    public void AddChanges(NpgsqlBatch batch)
    {
        if (_changed.Count > 0)
        {
            Add(batch, "CountBlocks")
                .Texts(_changed.ConvertAll(one => one.Run.Tenant))
                .Uuids(_changed.ConvertAll(one => one.Run.Id.Job(one.Key.Owner).Value))
                .Ints(_changed.ConvertAll(one => one.Key.Iteration))
                .Ints(_changed.ConvertAll(one => one.Block.OpenSteps))
                .Booleans(_changed.ConvertAll(one => one.Block.IsOpen))
                .Ints(_changed.ConvertAll(one => one.Block.DeadStep));
        }

        if (_progress.Count > 0)
        {
            Add(batch, "SaveProgress")
                .Texts(_progress.ConvertAll(one => one.Run.Tenant))
                .Uuids(_progress.ConvertAll(one => one.Run.Id.Job(one.Number).Value))
                .Ints(_progress.ConvertAll(one => one.Owner.Opened))
                .Ints(_progress.ConvertAll(one => one.Owner.Ended))
                .Ints(_progress.ConvertAll(one => one.Owner.Succeeded))
                .Ints(_progress.ConvertAll(one => one.Owner.FailedStep))
                .Ints(_progress.ConvertAll(one => one.Owner.Wake.Ended))
                .Ints(_progress.ConvertAll(one => one.Owner.Wake.Succeeded))
                .Booleans(_progress.ConvertAll(one => one.Owner.Wake.OnFailure))
                .Jsons(_progress.ConvertAll(one => one.Data.IsUndefined ? null : one.Data.ToJson()));
        }

        if (_cancelled.Count > 0)
        {
            Add(batch, "CancelUnder")
                .Texts(_cancelled.ConvertAll(one => one.Run.Tenant))
                .Uuids(_cancelled.ConvertAll(one => one.Run.Id.Job(one.Number).Value))
                .Ints(_cancelled.ConvertAll(one => one.Iteration))
                .Booleans(_cancelled.ConvertAll(one => one.Itself))
                .Ints(_cancelled.ConvertAll(one => one.Before));
        }
    }

    private static NpgsqlParameterCollection Add(NpgsqlBatch batch, string statement)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load(statement);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }
}
