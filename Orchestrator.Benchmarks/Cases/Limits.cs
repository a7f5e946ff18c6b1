using System.Diagnostics;
using Orchestrator.Benchmarks.Measuring;
using Orchestrator.Benchmarks.Service;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Limits;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>Tokens taken from one bucket, and steps that take one each and never wait, beside the same without a limit.</summary>
internal sealed class Limits : IBenchmark
{
    private const int Callers = 8, Steps = 10;
    private const string Free = "chain_free", Limited = "chain_limited";

    public string Name => "limits";

    public async Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken)
    {
        await using var service = await BenchmarkedService.StartAsync(harness.Cluster, works: true, cancellationToken);
        await using var observer = await RunObserver.CreateAsync(service, cancellationToken);
        await service.PutAsync(Free, WorkflowFiles.Chain(Free, Steps), cancellationToken);
        await service.PutAsync(
            Limited, WorkflowFiles.Chain(Limited, Steps, "{key: all, capacity: 1000000, refill_per_second: 1000000}"), cancellationToken);
        return
        [
            .. await harness.MeasureAsync(Takes(harness, service), cancellationToken),
            .. await harness.MeasureAsync(Chains(harness, service, observer), cancellationToken),
        ];
    }

    private MeasuringPlan Takes(Harness harness, BenchmarkedService service)
    {
        var takes = harness.Options.Scale(20_000);
        return new MeasuringPlan
        {
            Benchmark = Name,
            Titles = [$"tokens of one bucket taken by {Callers} callers"],
            Unit = "takes/s",
            Database = service.Database,
            Run = async cancel => [await TakeAsync(service.Get<RateLimits>(), takes, cancel)],
            Bound = cancel => harness.Bare.InsertAsync(Callers, takes, 1, cancel),
            BoundIs = $"a row inserted and committed each, {Callers} connections",
            Per = "take",
            UnitsPerRun = takes,
        };
    }

    private MeasuringPlan Chains(Harness harness, BenchmarkedService service, RunObserver observer)
    {
        var runs = harness.Options.Scale(200);
        async Task<double> RateAsync(string workflow, CancellationToken cancel) =>
            runs * Steps / (await Load.RunAllAsync(service, observer, workflow, runs, cancel)).TotalSeconds;
        return new MeasuringPlan
        {
            Benchmark = Name,
            Titles = [$"{runs} chains of {Steps} transforms that take a token each and never wait"],
            Unit = "steps/s",
            Database = service.Database,
            Run = async cancel => [await RateAsync(Limited, cancel)],
            Bound = cancel => RateAsync(Free, cancel),
            BoundIs = "the same chains without a limit",
            Per = "step",
            UnitsPerRun = runs * Steps,
            OwnStatements = () => observer.Statements,
        };
    }

    private static async Task<double> TakeAsync(RateLimits limits, int takes, CancellationToken cancellationToken)
    {
        var wish = new TokenWish(DispatchRequest.DefaultTenant, "taken", 1, 1_000_000, 1_000_000);
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (var i = 0; i < takes / Callers; i++)
            {
                if (await limits.TakeAsync(wish, cancellationToken) is not { Allowed: true })
                {
                    throw new InvalidOperationException("The bucket is empty.");
                }
            }
        }));
        return takes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
