using Hangfire.Storage.Monitoring;
using static Hangfire.Dashboard.Markup;

namespace Hangfire.Dashboard;

/// <summary>Servers, and which of them may have been aborted.</summary>
internal sealed class ServersPage() : DashboardPage("Servers")
{
    public override void Execute()
    {
        var servers = Storage.GetMonitoringApi().Servers();
        var now = StorageUtcNow ?? ApplicationUtcNow;
        Emit($"""
            <h1>Servers</h1>
            {(servers.Count == 0 ? Html($"""<p class="empty">There are none: jobs are not processed.</p>""") : Html($"""
            <div class="scroll"><table><thead><tr><th scope="col">Name</th><th scope="col">Workers</th><th scope="col">Queues</th><th scope="col">Started</th><th scope="col">Heartbeat</th></tr></thead>
            <tbody>{Each(servers, server => Row(server, now))}</tbody></table></div>
            """))}
            """);
    }

    private NonEscapedString Row(ServerDto server, DateTime now)
    {
        var isSilent = server.Heartbeat is not { } heartbeat || now - HumanTime.Utc(heartbeat) > DashboardOptions.ServerPossiblyAbortedThreshold;
        return Html($"""
            <tr><td>{Html.ServerId(server.Name ?? "")}{When(isSilent, static () => Html($""" <span class="state state-failed" title="It has been silent for long.">Possibly aborted</span>"""))}</td><td data-title="Workers">{server.WorkersCount}</td><td data-title="Queues">{Each(server.Queues ?? [], queue => Html($"{Html.QueueLabel(queue)} "))}</td><td data-title="Started">{Html.RelativeTime(server.StartedAt)}</td><td data-title="Heartbeat">{(server.Heartbeat is { } beat ? Html.RelativeTime(beat) : Nothing)}</td></tr>
            """);
    }
}
