using Orchestrator.Jobs.Definitions;
using Orchestrator.Workflows.Parsing;

namespace Orchestrator.Tests.Jobs.Definitions;

/// <summary>Only what a step reads is loaded.</summary>
[TestFixture]
internal sealed class StepNeedsTests
{
    [TestCase("type: transform, value: 1", new int[0], false)]
    [TestCase("type: transform, value: results.a", new[] { 0 }, false)]
    [TestCase("type: transform, value: inputs.x", new int[0], true)]
    [TestCase("type: transform, value: 1, when: variables.x", new int[0], true)]
    [TestCase("type: transform, value: 1, when: steps.other.state === 'success'", new[] { 2 }, false)]
    [TestCase("call: /x", new[] { 0, 1 }, true)]
    [TestCase("call: /x, body: { n: 1 }", new int[0], false)]
    [TestCase("url: 'http://x/{{ results.b }}'", new[] { 1 }, false)]
    [TestCase("url: 'http://x/', headers: { A: '{{ inputs.a }}' }", new int[0], true)]
    [TestCase("url: 'http://x/', output: 'results.a + step.result'", new[] { 0 }, false)]
    public void Are_the_names_in_its_expressions(string step, int[] results, bool runData)
    {
        var definition = WorkflowParser.Parse($$"""
            key: needs
            steps:
              - { id: a, type: transform, value: 1 }
              - { id: b, type: transform, value: 1 }
              - { id: other, type: transform, value: 1 }
              - { id: it, depends_on: [a, b], {{step}} }
            """, "test").Definition!;
        var needs = new LoadedWorkflow(definition, 1).Needs(3);

        needs.Results.Should().Equal(results);
        needs.RunData.Should().Be(runData);
    }
}
