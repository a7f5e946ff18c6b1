using System.CommandLine;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Web.Cli;

/// <summary>The program's commands. Without one it serves.</summary>
internal static class CommandLine
{
    /// <summary>Told to stop, a process has time for what is under way and for its database; unless said it would be cut off after 2 s.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(1);

    public static Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Workflows of agents: YAML files, dispatched by REST, run as Hangfire jobs on PostgreSQL.");
        root.SetAction((_, cancel) => ServeCommand.RunAsync(cancel));
        root.Subcommands.Add(Serve());
        root.Subcommands.Add(Run());
        root.Subcommands.Add(Validate());
        root.Subcommands.Add(Graph());
        root.Subcommands.Add(Schema());
        root.Subcommands.Add(DryRun());
        root.Subcommands.Add(Test());
        root.Subcommands.Add(ImportCommand.Create());
        root.Subcommands.Add(Migrate());
        root.Subcommands.Add(KeysCommand.Create());
        root.Subcommands.Add(DemoAgentsCommand.Create());
        root.Subcommands.Add(Demo());
        return root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = StopTimeout });
    }

    private static Command Serve()
    {
        var command = new Command("serve", "Serve the API and work on runs (what the program does without a command).");
        command.SetAction((_, cancel) => ServeCommand.RunAsync(cancel));
        return command;
    }

    private static Command Run()
    {
        var key = new Argument<string>("workflow") { Description = "Key of the workflow." };
        var payload = new Option<string>("--payload") { Description = "The inputs, a JSON object." };
        var user = new Option<string>("--user") { Description = "The user to run it for." };
        var command = new Command("run", "Dispatch a workflow, show its steps, and print the run's output.") { key, payload, user };
        command.SetAction((parsed, cancel) => RunCommand.RunAsync(
            parsed.GetRequiredValue(key), parsed.GetValue(payload), parsed.GetValue(user), cancel));
        return command;
    }

    private static Command Demo()
    {
        var command = new Command("demo", "Run the ten features of the demo, one after the other, and say how each went.");
        command.SetAction((_, cancel) => DemoCommand.RunAsync(cancel));
        return command;
    }

    private static Command Validate()
    {
        var path = new Argument<string?>("path")
        {
            Description = "A workflow file or a folder of them; the project's workflows/ where it is left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("validate", "Check workflow files and say everything that is wrong with them.") { path };
        command.SetAction(parsed => ValidateCommand.Run(parsed.GetValue(path)));
        return command;
    }

    private static Command Graph()
    {
        var workflow = new Argument<string>("workflow") { Description = "A workflow file, or a key in the project's workflows/." };
        var format = new Option<string>("--format") { Description = "mermaid or svg.", DefaultValueFactory = _ => "mermaid" };
        format.AcceptOnlyFromAmong("mermaid", "svg");
        var command = new Command("graph", "Print a workflow's steps as a Mermaid flowchart or an SVG image.") { workflow, format };
        command.SetAction(parsed => GraphCommand.Run(parsed.GetRequiredValue(workflow), parsed.GetRequiredValue(format)));
        return command;
    }

    private static Command DryRun()
    {
        var workflow = new Argument<string>("workflow") { Description = "A workflow file, or a key in the project's workflows/." };
        var payload = new Option<string>("--payload") { Description = "The inputs, a JSON object." };
        var command = new Command("dry-run", "Print what a run would do, without doing it.") { workflow, payload };
        command.SetAction((parsed, cancel) => DryRunCommand.RunAsync(parsed.GetRequiredValue(workflow), parsed.GetValue(payload), cancel));
        return command;
    }

    private static Command Test()
    {
        var path = new Argument<string?>("path")
        {
            Description = "A file of tests or a folder of them; the project's workflows/tests/ where it is left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("test", "Run tests of workflows, with mocks and in their own time.") { path };
        command.SetAction((parsed, cancel) => TestCommand.RunAsync(parsed.GetValue(path), cancel));
        return command;
    }

    private static Command Schema()
    {
        var command = new Command("schema", "Print the JSON Schema of workflow files, for editors.");
        command.SetAction(_ => Console.Out.Write(WorkflowSchema.Generate()));
        return command;
    }

    private static Command Migrate()
    {
        var command = new Command("migrate", "Bring the database's schemas to this program's version.");
        command.SetAction((_, cancel) => MigrateCommand.RunAsync(cancel));
        return command;
    }
}
