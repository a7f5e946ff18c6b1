using Orchestrator.Benchmarks;

return await BenchmarkProgram.RunAsync(args);
