using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Npgsql;
using Orchestrator.Jobs.Agents;
using Orchestrator.Jobs.Autonomous;
using Orchestrator.Jobs.Dispatch;
using Orchestrator.Jobs.Executors;
using Orchestrator.Jobs.Notifications;
using Orchestrator.Jobs.Scripts;
using Orchestrator.Jobs.Steps;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Text;

namespace Orchestrator.Jobs.Hosting;

/// <summary>What a process does.</summary>
public enum OrchestratorRole
{
    /// <summary>It dispatches, answers, and runs steps.</summary>
    All,

    /// <summary>It dispatches and answers; another process runs the steps.</summary>
    Web,

    /// <summary>It runs steps. It can dispatch and answer too; the service serves no API then.</summary>
    Worker,
}

/// <summary>
/// Targets of calls: addresses, networks (<c>10.0.0.0/8</c>), hosts, or the hosts below one (<c>*.internal</c>).
/// Link-local and multicast addresses are refused whatever stands here.
/// </summary>
public sealed class EgressOptions
{
    /// <summary>Never called. Default: none.</summary>
    public string[] Deny { get; set; } = [];

    /// <summary>Where there is an entry, nothing else is called. Default: none.</summary>
    public string[] Allow { get; set; } = [];
}

/// <summary>
/// Settings of the orchestrator, section <c>Orchestrator</c> of the configuration. Checked when the service starts; an
/// error names the setting and what it may be.
/// </summary>
public sealed class OrchestratorOptions
{
    /// <summary>The database, PostgreSQL 14 or newer. Default: none, which starts a PostgreSQL of our own in <see cref="DataFolder"/>.</summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// The workflow files, relative to the current folder. Default: <c>workflows</c> in the nearest folder, from the
    /// current one upward, that has one.
    /// </summary>
    public string? WorkflowsFolder { get; set; }

    /// <summary>What the process keeps, such as a PostgreSQL of its own. Default: <c>.orchestrator</c> beside the workflows.</summary>
    public string? DataFolder { get; set; }

    /// <summary>What this process does. Default <see cref="OrchestratorRole.All"/>.</summary>
    public OrchestratorRole Role { get; set; }

    /// <summary>How long a step stays with a worker that gives no sign. Default 30 s (seed 001); 5 s to 10 minutes.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Steps that one process works on at a time. Default 100; 1 to 1,000.</summary>
    public int Workers { get; set; } = 100;

    /// <summary>
    /// Queues that the process serves, in this order; of each the lanes urgent, high, medium and low. Default <c>default</c>.
    /// <c>default-urgent</c> is the urgent lane alone.
    /// </summary>
    public string[] Queues { get; set; } = ["default"];

    /// <summary>How often the process looks for dead workers, due retries and overdue runs. Default 1 s; 0.1 s to 1 minute.</summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Where a <c>call</c> goes (<c>EDGE_BASE_URL</c>); null: a step with a <c>call</c> fails with a word about it.</summary>
    public Uri? EdgeBaseUrl { get; set; }

    /// <summary>The token that goes with a <c>call</c> (<c>EDGE_SERVICE_JWT</c>); null: none is sent.</summary>
    public string? EdgeServiceJwt { get; set; }

    /// <summary>Largest answer of an http step, largest result of a step in C# or JavaScript, bytes. Default 256 KiB; 1 KiB to 64 MiB.</summary>
    public int MaxResponseBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// Largest result of a step of any type, largest variables and inputs of a run, bytes of JSON. What is larger fails the step,
    /// or is refused. Default 4 MiB; 1 KiB to 64 MiB.
    /// </summary>
    public int MaxOutputBytes { get; set; } = 4 << 20;

    /// <summary>Snapshots by the clock (<c>config.snapshot_interval_ms</c>) that are kept of a run, the newest. Default 60; 1 to 500.</summary>
    public int KeptSnapshots { get; set; } = 60;

    /// <summary>The autonomous cycle.</summary>
    public AutonomousOptions Autonomous { get; set; } = new();

    /// <summary>How agents are called.</summary>
    public AgentOptions Agents { get; set; } = new();

    /// <summary>Where notifications go.</summary>
    public NotificationOptions Notifications { get; set; } = new();

    /// <summary>Steps in JavaScript.</summary>
    public ScriptOptions Scripts { get; set; } = new();

    /// <summary>
    /// What steps of a type do when they fail, where neither the step nor its file says so: by type, such as <c>http</c>, then
    /// by name: <c>strategy</c> (abort, skip, continue, rollback, escalate, retry), <c>handler</c>, and the fields of
    /// <c>retry</c>. The number of attempts counts from a run's dispatch. Default: none.
    /// </summary>
    public Dictionary<string, Dictionary<string, string>> Recovery { get; set; } = [];

    /// <summary>The step types that there are, with what the host sets for them.</summary>
    internal StepCatalog Catalog => new(Steps.Select(step => step.Type), RecoveryDefaults.Read(Recovery, OwnTypes).Defaults);

    private StepCatalog OwnTypes => new(Steps.Select(step => step.Type));

    /// <summary>Schedules in code.</summary>
    internal List<CodeSchedule> Schedules { get; } = [];

    /// <summary>The host's own step types.</summary>
    internal List<OwnStep> Steps { get; } = [];

    /// <summary>
    /// Dispatches the newest version of a workflow by the clock, as a Hangfire recurring job beside those of the files' own
    /// cron triggers. It goes when the code no longer asks for it and the host has started again. Checked when the host
    /// starts.
    /// </summary>
    /// <param name="workflowKey">The workflow's <c>key</c>.</param>
    /// <param name="cron">Five fields, or six with seconds; <c>Cron.Daily(7)</c>.</param>
    /// <param name="timeZone">The zone that it is meant in. Default: UTC.</param>
    /// <param name="payload">The inputs of each run, as <see cref="RunRequest.Payload"/>.</param>
    public void Schedule(string workflowKey, string cron, TimeZoneInfo? timeZone = null, object? payload = null) => Schedules.Add(
        new CodeSchedule(workflowKey, cron, timeZone ?? TimeZoneInfo.Utc, payload is null ? Value.EmptyObject : LibraryJson.ValueOf(payload)));

    /// <summary>
    /// Adds a step type of your own. Every process that works on runs with such steps has to add it: one that lacks it gives
    /// them back, and after 20 times the step is dead.
    /// </summary>
    /// <typeparam name="TStep">Implements <see cref="IStep{TConfig}"/>; its config's properties are the step's fields.</typeparam>
    /// <param name="type">What files write as <c>type</c>: up to 50 of a-z, 0-9, _ and -, beginning with a letter.</param>
    /// <exception cref="ArgumentException">The name is taken or wrong, or the class is no step; the message says why.</exception>
    public void AddStep<TStep>(string type)
        where TStep : class
    {
        var step = OwnStep.Of(type, typeof(TStep));
        _ = new StepCatalog([.. Steps.Select(one => one.Type), step.Type]);
        Steps.Add(step);
    }

    /// <summary>From a section of the configuration.</summary>
    /// <exception cref="OptionsValidationException">Something in it can't be read.</exception>
    internal static OrchestratorOptions Bind(IConfiguration section)
    {
        var options = new OrchestratorOptions();
        try
        {
            if (section.GetSection(nameof(Queues)).Exists())
            {
                options.Queues = [];
            }

            if (section.GetSection("Autonomous:Events").Exists())
            {
                options.Autonomous.Events = [];
            }

            section.Bind(options);
            return options;
        }
        catch (InvalidOperationException e)
        {
            throw new OptionsValidationException(
                "Orchestrator", typeof(OrchestratorOptions), [$"Section Orchestrator of the configuration: {e.Message} {e.InnerException?.Message}"]);
        }
    }

    /// <summary>Where steps and the helper route may call. Default: anywhere but link-local and multicast addresses.</summary>
    public EgressOptions Egress { get; set; } = new();

    /// <summary>Both folders, as set or found.</summary>
    internal ProjectFolders Folders => ProjectFolders.OfThisProcess(WorkflowsFolder, DataFolder);

    /// <summary>Refuses wrong settings.</summary>
    /// <exception cref="OptionsValidationException">Names every setting that is wrong, and what it may be.</exception>
    internal void Check()
    {
        if (Problems() is { Count: > 0 } problems)
        {
            throw new OptionsValidationException("Orchestrator", typeof(OrchestratorOptions), problems);
        }
    }

    /// <summary>What is wrong with the settings; empty: nothing.</summary>
    internal IReadOnlyList<string> Problems()
    {
        List<string> problems = [];
        if (ConnectionProblem(ConnectionString) is { } problem)
        {
            // Without its value: there may be a password in it.
            problems.Add($"Orchestrator:ConnectionString is no connection string: {problem} Example: Host=db;Database=shop;Username=app;Password=…");
        }

        Check(Enum.IsDefined(Role), nameof(Role), Role, "All, Web or Worker");
        Check(Lease >= TimeSpan.FromSeconds(5) && Lease <= TimeSpan.FromMinutes(10), nameof(Lease), Lease, "5 seconds to 10 minutes");
        Check(Workers is >= 1 and <= 1000, nameof(Workers), Workers, "1 to 1000");
        Check(Queues is { Length: > 0 } && Queues.All(IsQueue), nameof(Queues), string.Join(", ", Queues ?? []),
            "one or more names of a-z, 0-9, _ and -");
        Check(SweepInterval >= TimeSpan.FromMilliseconds(100) && SweepInterval <= TimeSpan.FromMinutes(1), nameof(SweepInterval),
            SweepInterval, "0.1 seconds to 1 minute");
        Check(EdgeBaseUrl is null or { IsAbsoluteUri: true, Scheme: "http" or "https" }, nameof(EdgeBaseUrl), EdgeBaseUrl,
            "an absolute http or https address");
        Check(MaxResponseBytes is >= 1024 and <= 64 << 20, nameof(MaxResponseBytes), MaxResponseBytes, "1024 to 67108864");
        Check(MaxOutputBytes is >= 1024 and <= 64 << 20, nameof(MaxOutputBytes), MaxOutputBytes, "1024 to 67108864");
        Check(KeptSnapshots is >= 1 and <= 500, nameof(KeptSnapshots), KeptSnapshots, "1 to 500");
        Autonomous.Check(Check);
        Agents.Check(Check);
        Notifications.Check(Check);
        Scripts.Check(Check);
        problems.AddRange(RecoveryDefaults.Read(Recovery, OwnTypes).Problems);
        CheckEgress("Deny", Egress.Deny);
        CheckEgress("Allow", Egress.Allow);
        return problems;

        void CheckEgress(string list, string[] entries)
        {
            foreach (var entry in entries.Where(entry => !EgressRules.IsEntry(entry)))
            {
                Check(false, $"Egress:{list}", entry, "an address, a network such as 10.0.0.0/8, a host, or hosts such as *.internal");
            }
        }

        void Check(bool holds, string name, object? value, string allowed)
        {
            if (!holds)
            {
                problems.Add($"Orchestrator:{name} is '{(value is Uri address ? Addresses.WithoutUser(address.ToString()) : value)}'; it has to be {allowed}.");
            }
        }
    }

    /// <summary>Why it is no connection string; null: it is one, or there is none.</summary>
    internal static string? ConnectionProblem(string? value)
    {
        try
        {
            return value is null || new NpgsqlConnectionStringBuilder(value) is { Host: not null }
                ? null
                : "it has no Host.";
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    private static bool IsQueue(string name) =>
        name.Length is > 0 and <= 50 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '_' or '-');
}
