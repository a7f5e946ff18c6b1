using System.Globalization;
using Orchestrator.Jobs.Queries;
using Orchestrator.Jobs.Storage;
using Spectre.Console;

namespace Orchestrator.Web.Cli;

/// <summary>Shows a run going through: a live table in a terminal, a line an attempt elsewhere.</summary>
internal abstract class RunView : IAsyncDisposable
{
    public static RunView Create(RunId id) => Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive
        ? new LineView(id)
        : new TableView(id);

    public abstract Task ShowAsync(RunRow run, IReadOnlyList<StepRunRow> steps, IReadOnlyList<AttemptRow> attempts);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class LineView : RunView
    {
        private readonly HashSet<(string, int)> _shown = [];

        public LineView(RunId id) => Console.WriteLine($"run {id}");

        public override Task ShowAsync(RunRow run, IReadOnlyList<StepRunRow> steps, IReadOnlyList<AttemptRow> attempts)
        {
            foreach (var attempt in attempts.Where(attempt => _shown.Add((attempt.StepId, attempt.Attempt))))
            {
                var took = attempt.FinishedAt - attempt.StartedAt;
                var outcome = attempt.Success ? "ok" : $"failed: {attempt.ErrorText}";
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{attempt.StepId} attempt {attempt.Attempt} {took?.TotalMilliseconds:0} ms {outcome}"));
            }

            return Task.CompletedTask;
        }
    }

    /// <summary>The table is redrawn by a task of its own, which ends when this is disposed.</summary>
    private sealed class TableView : RunView
    {
        private readonly TaskCompletionSource _done = new();
        private readonly Table _table;
        private readonly Task _live;
        private LiveDisplayContext? _context;

        public TableView(RunId id)
        {
            _table = new Table { Title = new TableTitle($"run {id}"), Border = TableBorder.Rounded };
            _table.AddColumns("step", "state", "attempts", "ms", "");
            _live = AnsiConsole.Live(_table).StartAsync(context =>
            {
                _context = context;
                return _done.Task;
            });
        }

        public override Task ShowAsync(RunRow run, IReadOnlyList<StepRunRow> steps, IReadOnlyList<AttemptRow> attempts)
        {
            _table.Rows.Clear();
            foreach (var step in steps)
            {
                var took = step.FinishedAt - step.StartedAt;
                _table.AddRow(
                    Markup.Escape(step.StepId), Coloured(step.Status), step.Attempts.ToString(CultureInfo.InvariantCulture),
                    took is { } time ? time.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture) : "",
                    Markup.Escape(step.Error ?? step.WaitingFor ?? ""));
            }

            _context?.Refresh();
            return Task.CompletedTask;
        }

        public override async ValueTask DisposeAsync()
        {
            _done.TrySetResult();
            await _live;
        }

        private static string Coloured(string status) => status switch
        {
            "success" => "[green]success[/]",
            "running" => "[blue]running[/]",
            "failed" => "[yellow]failed[/]",
            "dead" => "[red]dead[/]",
            _ => $"[grey]{status}[/]",
        };
    }
}
