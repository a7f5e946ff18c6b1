using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Hosting;
using Orchestrator.Jobs.Notifications;
using Orchestrator.Jobs.Scripts;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Web.Hosting;

/// <summary>Finds settings that nobody reads: a mistyped one would be silently without effect.</summary>
internal static class UnknownSettings
{
    private static readonly (string Section, string[] Names)[] Known =
    [
        ("Orchestrator", NamesOf(typeof(OrchestratorOptions))),
        ("Orchestrator:Egress", NamesOf(typeof(EgressOptions))),
        ("Orchestrator:Autonomous", NamesOf(typeof(AutonomousOptions))),
        ("Orchestrator:Agents", NamesOf(typeof(AgentOptions))),
        ("Orchestrator:Notifications", [nameof(NotificationOptions.Channels)]),
        ("Agents", NamesOf(typeof(AgentOptions))),
        ("Notifications", [nameof(NotificationOptions.Channels)]),
        ("Orchestrator:Scripts", NamesOf(typeof(ScriptOptions))),
        ("Workflows", ["Folder"]),
    ];

    /// <summary>A sentence for each.</summary>
    public static IReadOnlyList<string> In(IConfiguration configuration) =>
    [
        .. Known.SelectMany(known => configuration.GetSection(known.Section).GetChildren()
            .Where(child => !known.Names.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{child.Path} is no setting. {Nearest.Hint(child.Key, known.Names)}".TrimEnd())),
    ];

    private static string[] NamesOf(Type options) => [.. options.GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];
}
