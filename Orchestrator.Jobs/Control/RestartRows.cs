using Npgsql;
using NpgsqlTypes;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Execution;
using Orchestrator.Jobs.Recording;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.States;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Control;

/// <summary>The rows of a run that goes on from another, beside those that every dispatch writes.</summary>
/// <param name="run">The new run.</param>
/// <param name="old">The other.</param>
/// <param name="wish">What was wished.</param>
/// <param name="jobs">How a step's Hangfire job is written.</param>
internal sealed class RestartRows(NewRun run, RunId old, RestartWish wish, StepJobRows jobs)
{
    private string Tenant => run.Request.Tenant;

    /// <summary>Writes on the caller's connection and in its transaction; the answer: the queues that got deliveries.</summary>
    /// <param name="connection">The caller's.</param>
    /// <param name="plan">Null: nothing is taken over, and the steps are written already.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyCollection<string>> WriteAsync(NpgsqlConnection connection, RestartPlan? plan, CancellationToken cancellationToken)
    {
        var queues = new List<string>();
        if (plan is not null)
        {
            await WriteBlocksAsync(connection, plan, cancellationToken);
            await using var steps = StepsCommand(connection, plan.Steps);
            await using var row = await steps.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                queues.Add(row.GetString(0));
            }
        }

        await LinkAsync(connection, plan, cancellationToken);
        return queues;
    }

    private async Task WriteBlocksAsync(NpgsqlConnection connection, RestartPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Blocks.Count == 0)
        {
            return;
        }

        var blocks = plan.Blocks.ToArray();
        await using var batch = connection.CreateBatch();
        Add(batch, "OpenBlocks")
            .Texts(Array.ConvertAll(blocks, _ => Tenant))
            .Uuids(Array.ConvertAll(blocks, block => run.Id.Job(block.Key.Owner).Value))
            .Ints(Array.ConvertAll(blocks, block => block.Key.Iteration))
            .Ints(Array.ConvertAll(blocks, block => block.Body))
            .Uuids(Array.ConvertAll(blocks, block => run.Id.Job(block.First).Value))
            .Uuids(Array.ConvertAll(blocks, block => run.Id.Job(block.First + block.Count - 1).Value))
            .Ints(Array.ConvertAll(blocks, block => block.Block.OpenSteps))
            .Booleans(Array.ConvertAll(blocks, block => block.Block.IsOpen))
            .Ints(Array.ConvertAll(blocks, block => block.Block.DeadStep));
        var owners = plan.Owners.ToArray();
        Add(batch, "SaveProgress")
            .Texts(Array.ConvertAll(owners, _ => Tenant))
            .Uuids(Array.ConvertAll(owners, owner => run.Id.Job(owner.Key).Value))
            .Ints(Array.ConvertAll(owners, owner => owner.Value.Opened))
            .Ints(Array.ConvertAll(owners, owner => owner.Value.Ended))
            .Ints(Array.ConvertAll(owners, owner => owner.Value.Succeeded))
            .Ints(Array.ConvertAll(owners, owner => owner.Value.FailedStep))
            .Ints(Array.ConvertAll(owners, owner => owner.Value.Wake.Ended))
            .Ints(Array.ConvertAll(owners, owner => owner.Value.Wake.Succeeded))
            .Booleans(Array.ConvertAll(owners, owner => owner.Value.Wake.OnFailure))
            .Jsons(Array.ConvertAll(owners, _ => (string?)null));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand StepsCommand(NpgsqlConnection connection, IReadOnlyList<RestartedStep> plan)
    {
        var places = PlacesOf(plan);
        var steps = plan.Select(step => (Row: places.GetValueOrDefault(step.Number) == false ? step with { State = StepState.Waiting } : step, Step: run.Workflow.Step(step.Definition))).ToArray();
        var command = new NpgsqlCommand(SqlText.Load("TakeOver"), connection);
        command.Parameters.One(Tenant).One(run.Id.Value);
        Add(command.Parameters, run.Request.UserId, NpgsqlDbType.Text);
        Add(command.Parameters, run.Request.IntentId, NpgsqlDbType.Text);
        command.Parameters
            .Uuids(Array.ConvertAll(steps, one => run.Id.Job(one.Row.Number).Value))
            .Texts(Array.ConvertAll(steps, one => one.Row.Place is { } place ? run.Workflow.Address(place) : one.Step.Id))
            .Ints(Array.ConvertAll(steps, one => one.Row.Number))
            .Ints(Array.ConvertAll(steps, one => one.Row.Place?.Step))
            .Texts(Array.ConvertAll(steps, one => one.Row.Place is { } place ? Places.Write(place) : null))
            .Texts(Array.ConvertAll(steps, one => one.Row.State.Word()))
            .Ints(Array.ConvertAll(steps, one => one.Row.Pending))
            .Ints(Array.ConvertAll(steps, one => one.Row.Present))
            .Shorts(Array.ConvertAll(steps, one => (short)(one.Step.Priority ?? run.Priority)))
            .Texts(Array.ConvertAll(steps, one => run.Queue(one.Step.Index)))
            .Shorts(Array.ConvertAll(steps, one => (short)one.Step.Retry.MaxAttempts))
            .Uuids(Array.ConvertAll(steps, one => one.Row.Old is { } number ? old.Job(number).Value : (Guid?)null))
            .One(jobs.Invocation)
            .One(jobs.Arguments)
            .Many(Array.ConvertAll(steps, one => places.GetValueOrDefault(one.Row.Number)), NpgsqlDbType.Boolean);
        return command;
    }

    /// <summary>Of the steps that could start: whether they count as under way (true) or are held (false), where only so many may be.</summary>
    private Dictionary<int, bool?> PlacesOf(IReadOnlyList<RestartedStep> plan)
    {
        var blueprint = run.Workflow.Definition.Blueprint;
        return blueprint.MaxParallel is not { } left
            ? []
            : plan.Where(step => step.State == StepState.Queued && !blueprint.Rule(step.Definition).Steers)
                .OrderBy(step => step.Number).ToDictionary(step => step.Number, _ => (bool?)(left-- > 0));
    }

    private async Task LinkAsync(NpgsqlConnection connection, RestartPlan? plan, CancellationToken cancellationToken)
    {
        var from = wish.Snapshot is { } number ? $"snapshot {number}" : wish.FromStep is { } step ? $"step '{step}'" : "the start";
        var taken = plan is null ? "" : $", {plan.Steps.Count(step => step.State.IsTerminal() && step.Old is not null)} steps taken over";
        var reason = wish.By.Reason is null ? "" : $": {wish.By.Reason}";
        await using var command = new NpgsqlCommand(SqlText.Load("LinkRestart"), connection);
        command.Parameters.One(Tenant).One(run.Id.Value).One(old.Value);
        Add(command.Parameters, plan is null || plan.NextNumber == run.Workflow.Definition.Steps.Count ? null : plan.NextNumber, NpgsqlDbType.Integer);
        command.Parameters
            .One(StorableText.Of($"Goes on from run {old}, from {from}{taken}, by {wish.By.By}{reason}"))
            .One(StorableText.Of($"Restarted as run {run.Id}, from {from}, by {wish.By.By}{reason}"));
        Add(command.Parameters, Value.Object(("action", wish.Snapshot is null ? "restart" : "restore"), ("by", wish.By.By)).ToJson(), NpgsqlDbType.Jsonb);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void Add(NpgsqlParameterCollection parameters, object? value, NpgsqlDbType type) =>
        parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value, NpgsqlDbType = type });

    private static NpgsqlParameterCollection Add(NpgsqlBatch batch, string statement)
    {
        var command = batch.CreateBatchCommand();
        command.CommandText = SqlText.Load(statement);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }
}
