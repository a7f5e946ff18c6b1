using Orchestrator.Benchmarks.Measuring;

namespace Orchestrator.Benchmarks.Cases;

/// <summary>One thing that is measured, under the name that the command line takes.</summary>
internal interface IBenchmark
{
    string Name { get; }

    Task<IReadOnlyList<Figure>> RunAsync(Harness harness, CancellationToken cancellationToken);
}
