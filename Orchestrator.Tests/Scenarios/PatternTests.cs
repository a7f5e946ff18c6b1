using System.Net;
using System.Net.Http.Json;
using Dapper;
using Orchestrator.Jobs.Storage;
using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>The control-flow patterns of Russell et al. (2006) that the language has: each file runs, and shows its pattern.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class PatternTests
{
    private static readonly string Folder = Path.Combine(Place.Shipped(), "examples", "patterns");

    private static readonly Pattern[] Patterns =
    [
        new("01-sequence.yml", "success", "order success, pay success, ship success", """["order","pay","ship"]"""),
        new("02-parallel-split.yml", "success", "order success, invoice success, parcel success", """{"parcel":"parcel 1","invoice":"invoice 1"}"""),
        new("03-synchronization.yml", "success", "picture success, text success, page success", """[true,"text"]"""),
        new("04-exclusive-choice.yml", "success", "size success, large skipped, medium success, small skipped", null),
        new("05-simple-merge.yml", "success", "check success, card success, invoice skipped, paid success", "\"by card\""),
        new("06-multi-choice.yml", "success", "call success, plumber success, brigade success, police skipped", null),
        new("07-structured-synchronizing-merge.yml", "success", "call success, plumber success, brigade success, police skipped, report success", """[true,true,false]"""),
        new("09-structured-discriminator.yml", "success", "slow success, quick success, first success", """["success",false]"""),
        new("11-implicit-termination.yml", "success", "short success, long success, longer success", null),
        new("12-instances-without-synchronization.yml", "success", "orders success, started success, orders[0].order success, orders[1].order success, orders[2].order success", "3"),
        new("13-instances-known-at-design-time.yml", "success", "sign success, file success, sign[0].signature success, sign[1].signature success, sign[2].signature success", """["director signed","lawyer signed","clerk signed"]"""),
        new("14-instances-known-at-run-time.yml", "success", "order success, check success, sum success, check[0].line success, check[1].line success", """50"""),
        new("15-instances-unknown-in-advance.yml", "success", "ask success, count success, ask[0].answer success, ask[1].answer success, ask[2].answer success", "3") { Meanwhile = AddItemsAsync },
        new("16-deferred-choice.yml", "success", "wait success, next success, answer cancelled, reminder success", "\"reminder\""),
        new("17-interleaved-parallel-routing.yml", "success", "check_in success, blood success, xray success, talk success", null, "check_in", "blood", "xray", "talk"),
        new("18-milestone.yml", "success", "order success, change success, ship success, change_again skipped", null),
        new("19-cancel-task.yml", "success", "search cancelled, found success, stop success", null),
        new("20-cancel-case.yml", "failed", "process cancelled, finish cancelled, withdrawn success, cancel dead", null),
        new("21-structured-loop.yml", "success", "count success, end success, count[0].add success, count[1].add success, count[2].add success", """[3,3]"""),
        new("22-recursion.yml", "success", "smaller success, product success", "24"),
        new("23-transient-trigger.yml", "success", "prepare success, hear success, heard success", "2") { Meanwhile = RingAsync },
        new("24-persistent-trigger.yml", "success", "prepare success, hear success, heard success", "1") { Meanwhile = RingAsync },
        new("25-cancel-region.yml", "success", "book_hotel cancelled, book_flight cancelled, tell cancelled|skipped, outside success, stop success", null),
        new("26-cancel-instances.yml", "success", "ask cancelled, deadline success, stop success, ask[0].answer success, ask[1].answer cancelled, ask[2].answer cancelled", null),
        new("27-complete-instances.yml", "success", "search success, tell success, search[0].look success, search[1].look success", """[1,2]"""),
        new("28-blocking-discriminator.yml", "success", "rounds success, rounds[0].slow success, rounds[0].quick success, rounds[0].first success, rounds[1].slow success, rounds[1].quick success, rounds[1].first success", null),
        new("29-cancelling-discriminator.yml", "success", "slow cancelled, quick success, first success", null),
        new("30-structured-partial-join.yml", "success", "ada success, bob success, eve success, enough success", """false"""),
        new("31-blocking-partial-join.yml", "success", "rounds success, rounds[0].ada success, rounds[0].bob success, rounds[0].eve success, rounds[0].enough success, rounds[1].ada success, rounds[1].bob success, rounds[1].eve success, rounds[1].enough success", null),
        new("32-cancelling-partial-join.yml", "success", "ada success, bob success, eve cancelled, enough success", null),
        new("34-static-partial-join-for-instances.yml", "success", "ask success, decide success, later success, ask[0].answer success, ask[1].answer success, ask[2].answer success", """[1,2,null]"""),
        new("35-cancelling-partial-join-for-instances.yml", "success", "ask success, decide success, ask[0].answer success, ask[1].answer success, ask[2].answer cancelled", """[1,2,null]"""),
        new("36-dynamic-partial-join-for-instances.yml", "success", "ask success, decide success, ask[0].answer success, ask[0].lower success, ask[1].answer success, ask[1].lower success, ask[2].answer cancelled, ask[2].lower cancelled", """3"""),
        new("37-local-synchronizing-merge.yml", "success", "start success, one success, left skipped, after_left skipped, two success, right success, merge success", """[false,true]"""),
        new("39-critical-section.yml", "success", "debit success, after_debit success, credit success, after_credit success, end success", """true""", "debit", "credit"),
        new("40-interleaved-routing.yml", "success", "eyes success, ears success, heart success", null, "eyes", "ears", "heart"),
        new("43-explicit-termination.yml", "success", "search cancelled, found success, end success", "\"found\""),
    ];

    private TestService _service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _service = await TestService.StartAsync();
        await _service.PutAsync(await File.ReadAllTextAsync(Path.Combine(Folder, "01-sequence.yml")));
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _service.DisposeAsync();

    private static IEnumerable<TestCaseData> Cases => Patterns.Select(pattern => new TestCaseData(pattern).SetName("Pattern_" + Path.GetFileNameWithoutExtension(pattern.File).Replace('-', '_')));

    [TestCaseSource(nameof(Cases))]
    public async Task It_is_as_its_pattern_says(Pattern pattern)
    {
        var id = await _service.StartRunAsync(await File.ReadAllTextAsync(Path.Combine(Folder, pattern.File)));
        await pattern.Meanwhile(_service, id);
        var run = await _service.EndAsync(id);

        run.Status.Should().Be(pattern.Status, run.Row.Error);
        var states = pattern.States.Split(", ").Zip(run.States.Split(", "), (wanted, found) => (wanted, found)).ToList();
        run.States.Split(", ").Should().HaveCount(states.Count).And.HaveCount(pattern.States.Split(", ").Length, run.States);
        states.Where(state => !Fits(state.found, state.wanted)).Should().BeEmpty();
        if (pattern.Output is not null)
        {
            run.Output.Should().Be(pattern.Output);
        }

        (await OverlapsAsync(run, pattern.Apart)).Should().BeEmpty("they are never under way together");
    }

    [Test]
    public void Every_file_has_a_case() =>
        Directory.EnumerateFiles(Folder).Select(Path.GetFileName).Should().BeEquivalentTo(Patterns.Select(pattern => pattern.File));

    [Test]
    public async Task Instances_that_nobody_waits_for_are_runs_of_their_own()
    {
        var run = await _service.RunAsync(await File.ReadAllTextAsync(Path.Combine(Folder, "12-instances-without-synchronization.yml")));

        await Eventually.IsTrueAsync(
            () => _service.Database.ScalarAsync<bool>($"select count(*) = 3 from workflow_runs where parent_run_id = '{run.Id}' and status = 'success'"), "their ends");
    }

    private static async Task AddItemsAsync(TestService service, RunId id)
    {
        await service.UntilAsync(id, run => run.Steps.ContainsKey("ask[0].answer"), "the first item");
        (await service.Client.PostAsJsonAsync($"/api/runs/{id}/steps/ask/items", new { items = new[] { "bob", "eve" } })).EnsureSuccessStatusCode();
        foreach (var name in new[] { "ada", "bob", "eve" })
        {
            await SignalAsync(service, id, $"answer_{name}", 0);
        }
    }

    /// <summary>Once before the step waits, and, where it still does, once more.</summary>
    private static async Task RingAsync(TestService service, RunId id)
    {
        await SignalAsync(service, id, "bell", 1);
        await SignalAsync(service, id, "ready", 0);
        await service.UntilAsync(id, run => run.HasEnded || run["hear"].WaitingFor?.StartsWith("event", StringComparison.Ordinal) == true, "the step that waits");
        var answer = await service.Client.PostAsJsonAsync($"/api/runs/{id}/signals/bell", new { n = 2 });
        answer.StatusCode.Should().BeOneOf(HttpStatusCode.OK, HttpStatusCode.Accepted, HttpStatusCode.Conflict);
    }

    private static async Task SignalAsync(TestService service, RunId id, string name, int n) =>
        (await service.Client.PostAsJsonAsync($"/api/runs/{id}/signals/{name}", new { n })).EnsureSuccessStatusCode();

    /// <summary>A step and its state; of several that are possible one.</summary>
    private static bool Fits(string found, string wanted) =>
        wanted.Split(' ') is var words && found.Split(' ') is var actual && actual[0] == words[0] && words[1].Split('|').Contains(actual[1]);

    private async Task<IReadOnlyList<string>> OverlapsAsync(TestRun run, string[] steps)
    {
        await using var connection = await _service.Database.DataSource.OpenConnectionAsync();
        return [.. await connection.QueryAsync<string>(
            """
            with one as (
              select q.step_id, a.started_at, a.finished_at
              from job_attempts a join job_queue q using (tenant_id, job_id)
              where q.workflow_run_id = @run and q.step_id = any(@steps)
            )
            select a.step_id || ' and ' || b.step_id from one a join one b on a.step_id < b.step_id
            where a.started_at < b.finished_at and b.started_at < a.finished_at
            """,
            new { run = run.Id.Value, steps })];
    }

    /// <summary>A file and what it comes to.</summary>
    /// <param name="File">In the folder of patterns.</param>
    /// <param name="Status">The run's.</param>
    /// <param name="States">Each step's, in the order of their numbers.</param>
    /// <param name="Output">The run's; null: whatever it is.</param>
    /// <param name="Apart">Steps that never overlap.</param>
    internal sealed record Pattern(string File, string Status, string States, string? Output, params string[] Apart)
    {
        /// <summary>What others do while it runs.</summary>
        public Func<TestService, RunId, Task> Meanwhile { get; init; } = (_, _) => Task.CompletedTask;
    }
}
