using Orchestrator.Web.Cli;

return await CommandLine.RunAsync(args);
