using System.Text.RegularExpressions;
using Orchestrator.Jobs.Storage;
using Orchestrator.Workflows.States;

namespace Orchestrator.Tests.Jobs.Sql;

/// <summary>
/// A statement that moves a state says so: <c>-- Transition: name (sources); name (sources)</c>, of a run
/// <c>-- Transition of the run: …</c>. What it says agrees with the tables of the states, and with its own text.
/// </summary>
[TestFixture]
internal sealed partial class TransitionCommentTests
{
    private static readonly SqlResources Sql = SqlResources.Of(typeof(SqlText).Assembly, "Orchestrator.Jobs.Sql.");

    private static readonly Dictionary<string, (string To, string[] Sources)> OfSteps = StepTransition.All.ToDictionary(
        transition => transition.Name, transition => (transition.To.Word(), transition.Sources.Select(state => state.Word()).ToArray()));

    private static readonly Dictionary<string, (string To, string[] Sources)> OfRuns = RunTransition.All.ToDictionary(
        transition => transition.Name, transition => (transition.To.Word(), transition.Sources.Select(state => state.Word()).ToArray()));

    private static IEnumerable<string> Files => Sql.Names.Order(StringComparer.Ordinal);

    [TestCaseSource(nameof(Files))]
    public void A_statement_that_moves_states_declares_it_and_nothing_else_does(string name)
    {
        var text = Sql.Load(name);

        Declared(text, ofRuns: false).Any().Should().Be(MovesSteps().IsMatch(text), "steps");
        Declared(text, ofRuns: true).Any().Should().Be(MovesRuns().IsMatch(text), "runs");
    }

    [TestCaseSource(nameof(Files))]
    public void What_is_declared_is_in_the_tables(string name)
    {
        foreach (var (transition, sources) in Declared(Sql.Load(name), ofRuns: false))
        {
            OfSteps.Should().ContainKey(transition).WhoseValue.Sources.Should().Contain(sources, transition);
        }

        foreach (var (transition, sources) in Declared(Sql.Load(name), ofRuns: true))
        {
            OfRuns.Should().ContainKey(transition).WhoseValue.Sources.Should().Contain(sources, transition);
        }
    }

    /// <summary>The recorder's statement has no such words: it writes what was fenced and planned before it.</summary>
    [TestCaseSource(nameof(Files))]
    public void A_statement_moves_steps_from_the_states_that_it_declares(string name)
    {
        var text = Sql.Load(name);
        var declared = Declared(text, ofRuns: false).SelectMany(one => one.Sources).Distinct();
        var guarded = Guards().Matches(text).SelectMany(guard => Words().Matches(guard.Value)).Select(word => word.Groups[1].Value).Distinct();

        if (MovesSteps().IsMatch(text) && name != "Record")
        {
            guarded.Should().BeEquivalentTo(declared);
        }
    }

    [Test]
    public void Every_transition_of_a_step_is_carried_out_somewhere() =>
        Files.SelectMany(name => Declared(Sql.Load(name), ofRuns: false)).Select(one => one.Name).Distinct()
            .Should().BeEquivalentTo(OfSteps.Keys);

    private static IEnumerable<(string Name, string[] Sources)> Declared(string text, bool ofRuns) => Comments().Matches(text)
        .Where(comment => comment.Groups["of"].Success == ofRuns)
        .SelectMany(comment => Transitions().Matches(comment.Groups["all"].Value))
        .Select(one => (one.Groups["name"].Value, one.Groups["sources"].Value.Split(", ")));

    [GeneratedRegex(@"^-- Transition(?<of> of the run)?: (?<all>[^.\n]+)", RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"(?<name>[a-z][a-z -]*) \((?<sources>[a-z, ]+)\)")]
    private static partial Regex Transitions();

    [GeneratedRegex(@"update job_queue \w\s+set status = ")]
    private static partial Regex MovesSteps();

    [GeneratedRegex(@"update workflow_runs \w\s+set status = ")]
    private static partial Regex MovesRuns();

    [GeneratedRegex(@"\bq\.status (= '\w+'|in \([^)]+\))")]
    private static partial Regex Guards();

    [GeneratedRegex(@"'(\w+)'")]
    private static partial Regex Words();
}
