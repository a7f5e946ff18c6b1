using Orchestrator.Jobs.Definitions;
using Orchestrator.Web.Hosting;
using Orchestrator.Workflows.Drawing;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Web.Cli;

/// <summary><c>graph</c>: prints a workflow's steps as Mermaid text or as SVG; 1 when its file is wrong, 2 when there is none.</summary>
internal static class GraphCommand
{
    public static int Run(string fileOrKey, string format)
    {
        var file = File.Exists(fileOrKey)
            ? WorkflowFolder.ReadFile(fileOrKey, StepCatalog.BuiltIn)
            : WorkflowFolder.Read(ServiceSettings.WorkflowsFolder(), StepCatalog.BuiltIn).FirstOrDefault(one => one.Definition?.Key == fileOrKey);
        if (file is null)
        {
            Console.Error.WriteLine($"There is no file '{fileOrKey}', and no workflow of that key in {ServiceSettings.WorkflowsFolder()}.");
            return 2;
        }

        if (file.Settings is not null)
        {
            Console.Error.WriteLine($"{fileOrKey} holds no workflow: it says how ready agents are.");
            return 1;
        }

        if (file.Definition is not { } definition)
        {
            foreach (var diagnostic in file.Diagnostics)
            {
                Console.Error.WriteLine(diagnostic);
            }

            return 1;
        }

        try
        {
            var drawn = DrawnGraph.Of(definition);
            Console.Out.Write(format == "svg"
                ? SvgDrawing.Write(drawn.Graph, DrawnStep.Of(definition), definition.Key, drawn.Kinds)
                : MermaidText.Write(drawn.Graph, DrawnStep.Of(definition), drawn.Kinds));
            return 0;
        }
        catch (DrawingTooLargeException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
