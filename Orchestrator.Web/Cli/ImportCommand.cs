using System.CommandLine;
using Orchestrator.Workflows.Importing;

namespace Orchestrator.Web.Cli;

/// <summary><c>import</c>: turns descriptions of other systems into workflow files; 1 when one is wrong, 2 when there is none.</summary>
internal static class ImportCommand
{
    private const long MaxBytes = 64 << 20;

    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "An instance of WfFormat 1.5, JSON." };
        var kind = new Option<string>("--as") { Description = "What a task becomes: transform, or delay with a thousandth of its real time.", DefaultValueFactory = _ => "transform" };
        kind.AcceptOnlyFromAmong("transform", "delay");
        var output = new Option<string?>("--out") { Description = "The workflow file to write, which must not be there; printed where it is left out." };
        var wfFormat = new Command("wfformat", "Turn an instance of WfFormat 1.5 (WfCommons) into a workflow file.") { file, kind, output };
        wfFormat.SetAction(parsed => Run(
            parsed.GetRequiredValue(file), parsed.GetValue(kind) == "delay" ? ImportAs.Delay : ImportAs.Transform, parsed.GetValue(output)));
        return new Command("import", "Turn descriptions of other systems into workflow files.") { wfFormat };
    }

    private static int Run(string file, ImportAs kind, string? output)
    {
        try
        {
            if (!File.Exists(file))
            {
                Console.Error.WriteLine($"There is no file '{file}'.");
                return 2;
            }

            if (new FileInfo(file).Length > MaxBytes)
            {
                Console.Error.WriteLine($"{file} is larger than {MaxBytes >> 20} MiB.");
                return 1;
            }

            if (output is not null && Path.Exists(output))
            {
                Console.Error.WriteLine($"{output} is there already: remove it, or give --out another name.");
                return 1;
            }

            var (yaml, problems) = WfFormat.Import(File.ReadAllText(file), kind);
            foreach (var problem in problems)
            {
                Console.Error.WriteLine($"{file}: {problem}");
            }

            if (yaml is null)
            {
                return 1;
            }

            if (output is null)
            {
                Console.Out.Write(yaml);
            }
            else
            {
                File.WriteAllText(output, yaml);
            }

            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
