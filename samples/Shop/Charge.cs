using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Npgsql;
using Orchestrator.Jobs;

namespace Shop;

/// <summary>What a workflow file gives a <c>charge</c> step.</summary>
public sealed record ChargeConfig(
    [Description("The order's id.")] int Order,
    [Description("In units of the currency."), Range(0.01, 10_000)] decimal Amount,
    Currency Currency = Currency.Eur);

public enum Currency
{
    Eur,
    Usd,
}

/// <summary>Charges an order once, however often the step is attempted: the idempotency key is the payment's.</summary>
public sealed class Charge(NpgsqlDataSource database) : IStep<ChargeConfig>
{
    public async Task<object?> RunAsync(ChargeConfig config, StepContext step, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "with paid as (insert into payments (key, order_id, amount) select $1, id, $3 from orders where id = $2 on conflict (key) do nothing) " +
            "select exists (select from orders where id = $2)");
        command.Parameters.AddWithValue(step.IdempotencyKey);
        command.Parameters.AddWithValue(config.Order);
        command.Parameters.AddWithValue(config.Amount);
        if (await command.ExecuteScalarAsync(cancellationToken) is not true)
        {
            throw new StepFailedException($"There is no order {config.Order}.", isPermanent: true);
        }

        step.Logger.LogInformation("Charged {Amount} {Currency} for order {Order}", config.Amount, config.Currency, config.Order);
        return new { Reference = $"P-{config.Order}", Charged = config.Amount };
    }
}
