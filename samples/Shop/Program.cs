using Hangfire;
using Npgsql;
using Orchestrator.Jobs;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Workflows.Parsing;
using Shop;

var builder = WebApplication.CreateBuilder(args);
var connectionString = builder.Configuration.GetConnectionString("Shop")
    ?? throw new InvalidOperationException("Set ConnectionStrings__Shop, e.g. Host=127.0.0.1;Database=shop;Username=shop;Password=…");

// The shop's own data; the orchestrator's lies beside it, in schemas of its own.
builder.Services.AddSingleton(NpgsqlDataSource.Create(connectionString));
builder.Services.AddOrchestrator(builder.Configuration.GetSection("Orchestrator"), options =>
{
    options.ConnectionString = connectionString;
    options.WorkflowsFolder ??= Path.Combine(AppContext.BaseDirectory, "workflows");
    options.AddStep<Charge>("charge");
    options.Schedule("nightly_report", Cron.Daily(7), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), new { Days = 1 });
});

var app = builder.Build();
await CreateTablesAsync(app.Services.GetRequiredService<NpgsqlDataSource>());

// An order and the run that fulfils it are one transaction: both exist, or neither does.
app.MapPost("/orders", async (Order order, NpgsqlDataSource database, IOrchestrator orchestrator, CancellationToken cancel) =>
{
    await using var connection = await database.OpenConnectionAsync(cancel);
    await using var transaction = await connection.BeginTransactionAsync(cancel);
    await using var insert = new NpgsqlCommand("insert into orders (id, total) values ($1, $2)", connection, transaction);
    insert.Parameters.AddWithValue(order.Id);
    insert.Parameters.AddWithValue(order.Total);
    await insert.ExecuteNonQueryAsync(cancel);
    try
    {
        var run = await orchestrator.DispatchAsync(
            new RunRequest("fulfil_order") { Payload = new { OrderId = order.Id, order.Total }, UserId = order.Customer }, transaction, cancel);

        // Something of the shop's own may still go wrong: then there is no order, and no run.
        if (order.Customer == "blocked")
        {
            return Results.Conflict(new { error = "this customer is blocked", run = run.RunId });
        }

        await transaction.CommitAsync(cancel);
        return Results.Accepted($"/runs/{run.RunId}", new { run = run.RunId });
    }
    catch (DispatchRefusedException refused)
    {
        return Results.UnprocessableEntity(new { error = refused.Message });
    }
});

app.MapGet("/runs/{id:guid}", async (Guid id, IOrchestrator orchestrator, CancellationToken cancel) =>
    await orchestrator.FindAsync(id, cancellationToken: cancel) is { } run ? Results.Ok(new { state = run.State.ToString(), run.Output, run.Error }) : Results.NotFound());
app.MapGet("/runs/{id:guid}/result", async (Guid id, IOrchestrator orchestrator, CancellationToken cancel) =>
    (await orchestrator.WaitAsync(id, cancellationToken: cancel)).Output);
app.MapGet("/workflows/schema.json", (StepCatalog types) => Results.Text(WorkflowSchema.Generate(types), "application/schema+json"));
await app.RunAsync();

static async Task CreateTablesAsync(NpgsqlDataSource database)
{
    await using var command = database.CreateCommand("""
        create table if not exists orders (id int primary key, total numeric not null);
        create table if not exists payments (key text primary key, order_id int not null, amount numeric not null);
        """);
    await command.ExecuteNonQueryAsync();
}

internal sealed record Order(int Id, decimal Total, string? Customer);
