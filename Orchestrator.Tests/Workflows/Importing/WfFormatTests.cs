using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Importing;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Workflows.Importing;

internal sealed class WfFormatTests
{
    private const string Diamond = """
        {"name": "My Run.json", "schemaVersion": "1.5", "source": "a test",
         "workflow": {
           "specification": {"tasks": [
             {"id": "a", "name": "first", "parents": [], "children": ["b/1", "b:1"]},
             {"id": "b/1", "name": "it's", "parents": ["a"], "children": []},
             {"id": "b:1", "parents": []},
             {"id": "c", "name": "{{ last }}", "parents": ["b/1", "b:1"]}]},
           "execution": {"tasks": [
             {"id": "a", "runtimeInSeconds": 53.6}, {"id": "b/1", "runtimeInSeconds": 0}, {"id": "b:1", "runtimeInSeconds": 100}, {"id": "c", "runtimeInSeconds": 2}]}}}
        """;

    [Test]
    public void Tasks_become_steps_in_their_order()
    {
        var workflow = Sound(Diamond);

        (workflow.Key, workflow.Name).Should().Be(("my_run_json", "My Run.json"));
        workflow.Steps.Select(step => (step.Id, step.Name)).Should().Equal(("a", "first"), ("b_1", "it's"), ("b_1_2", "b:1"), ("c", "{ { last }}"));
        workflow.Steps.Select(step => string.Join(' ', workflow.Graph.Parents(step.Index))).Should().Equal("", "0", "0", "1 2");
        ((TransformAction)workflow.Steps[1].Action).Value.Render(new Scope()).ToJson().Should().Be("""{"task":"it's"}""");
    }

    [Test]
    public void Delays_are_a_thousandth_of_the_real_time()
    {
        var (yaml, problems) = WfFormat.Import(Diamond, ImportAs.Delay);

        problems.Should().BeEmpty();
        yaml!.Split('\n').Where(line => line.Contains("- {")).Should().Equal(
            "  - { id: 'a', name: 'first', type: delay, ms: 54 }",
            "  - { id: 'b_1', name: 'it''s', type: delay, ms: 1, depends_on: ['a'] }",
            "  - { id: 'b_1_2', name: 'b:1', type: delay, ms: 100, depends_on: ['a'] }",
            "  - { id: 'c', name: '{ { last }}', type: delay, ms: 2, depends_on: ['b_1', 'b_1_2'] }");
    }

    [Test]
    public void A_place_is_named_as_the_file_counts()
    {
        var (_, problems) = WfFormat.Import(
            """{"schemaVersion": "1.5", "workflow": {"specification": {"tasks": [{"name": "no id"}, {"id": "a"}, {"id": "a"}, {"id": "b", "parents": ["c"]}]}}}""", ImportAs.Transform);

        problems.Select(problem => problem[..problem.IndexOf(':')]).Should().Equal(
            "workflow.specification.tasks[0].id", "workflow.specification.tasks[2].id", "workflow.specification.tasks[3].parents");
    }

    /// <summary>Random graphs: the same steps and the same edges, whichever side names them.</summary>
    [Test]
    public void Any_graph_keeps_its_tasks_and_edges()
    {
        var random = new Random(11);
        foreach (var size in new[] { 1, 2, 30, 300, 2000 })
        {
            var edges = Enumerable.Range(0, size * 2).Select(_ => (From: random.Next(size), To: random.Next(size)))
                .Where(edge => edge.From < edge.To).Distinct().ToList();
            var tasks = new JsonArray([.. Enumerable.Range(0, size).Select(n => new JsonObject
            {
                ["id"] = $"task_{n}",
                ["parents"] = new JsonArray([.. edges.Where((edge, i) => edge.To == n && i % 3 != 0).Select(edge => JsonValue.Create($"task_{edge.From}"))]),
                ["children"] = new JsonArray([.. edges.Where((edge, i) => edge.From == n && i % 3 != 1).Select(edge => JsonValue.Create($"task_{edge.To}"))]),
            })]);

            var workflow = Sound(Instance(tasks.ToJsonString()));

            workflow.Steps.Should().HaveCount(size);
            workflow.Steps.SelectMany(step => workflow.Graph.Parents(step.Index), (step, parent) => (parent, step.Index)).Order().Should().Equal(edges.Order());
        }
    }

    [TestCase("[", "line 1: this is no JSON")]
    [TestCase("[]", "schemaVersion: expected \"1.5\", found none")]
    [TestCase("""{"schemaVersion": "1.4"}""", "found \"1.4\". WfCommons converts older instances.")]
    [TestCase("""{"schemaVersion": "1.5", "workflow": {"tasks": []}}""", "workflow.specification.tasks: expected a list")]
    [TestCase("""[{"name": "x"}]""", "tasks[0].id: expected text")]
    [TestCase("""[{"id": "a"}, {"id": "a"}]""", "tasks[1].id: the task \"a\" is there twice")]
    [TestCase("""[{"id": "a", "parents": ["b"]}]""", "tasks[0].parents: there is no task \"b\"")]
    [TestCase("""[{"id": "a", "children": "b"}]""", "tasks[0].children: expected a list of task ids")]
    [TestCase("""[{"id": "a", "parents": ["b"]}, {"id": "b", "parents": ["a"]}]""", "in a circle: a → b → a")]
    public void What_is_wrong_is_said(string json, string problem)
    {
        var (yaml, problems) = WfFormat.Import(json.StartsWith("[{") ? Instance(json) : json, ImportAs.Transform);

        yaml.Should().BeNull();
        problems.Should().ContainSingle().Which.Should().Contain(problem);
    }

    [Test]
    public void A_delay_needs_the_real_time() =>
        WfFormat.Import(Instance("""[{"id": "a"}]"""), ImportAs.Delay).Problems.Should().ContainSingle().Which.Should().Contain("the task \"a\" has no `runtimeInSeconds`");

    [Test]
    public void More_tasks_than_steps_are_refused() =>
        WfFormat.Import(Instance("[" + string.Join(',', Enumerable.Range(0, 10_001).Select(n => $"{{\"id\": \"t{n}\"}}")) + "]"), ImportAs.Transform)
            .Problems.Should().ContainSingle().Which.Should().Contain("10001 tasks are more than");

    private static string Instance(string tasks) => $$"""{"name": "n", "schemaVersion": "1.5", "workflow": {"specification": {"tasks": {{tasks}} } } }""";

    private static WorkflowDefinition Sound(string json)
    {
        var (yaml, problems) = WfFormat.Import(json, ImportAs.Transform);
        problems.Should().BeEmpty();
        var parsed = WorkflowParser.Parse(yaml!, "imported.yml");
        parsed.Diagnostics.Should().BeEmpty();
        return parsed.Definition!;
    }
}
