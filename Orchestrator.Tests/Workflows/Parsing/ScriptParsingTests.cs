using Orchestrator.Tests.Workflows.Support;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>Steps in JavaScript, as a file gives them, and what their text says that they read.</summary>
[TestFixture]
internal sealed class ScriptParsingTests
{
    [Test]
    public void Settings_stand_on_the_step_or_under_its_config_in_either_spelling()
    {
        var steps = Files.Sound("""
            key: k
            steps:
              - {id: a, type: script, script: return 1}
              - {id: b, type: script, config: {script: 'return "{{ not a template }}"', language: javascript, timeout: 500, memoryMb: 32, allowedModules: [lodash, '@a/b']}}
            """).Steps;
        var (plain, full) = ((ScriptAction)steps[0].Action, (ScriptAction)steps[1].Action);

        (plain.Script, plain.MemoryMb, plain.AllowedModules.Count, steps[0].Timeout).Should().Be(("return 1", null, 0, TimeSpan.FromSeconds(30)));
        (full.Script, full.MemoryMb, steps[1].Timeout).Should().Be(("return \"{{ not a template }}\"", 32, TimeSpan.FromMilliseconds(500)));
        full.AllowedModules.Should().Equal("lodash", "@a/b");
        steps.Should().OnlyContain(step => step.Action.HasEffect && step.Action.Type == "script");
    }

    [TestCase("return results.one", "one")]
    [TestCase("return results['one'].x + results?.[\"two\"] + results?.three", "one,two,three")]
    [TestCase("return results . /* here */ one", "one")]
    [TestCase("// results.nobody\n/* results.nobody */ return 'results.nobody' + \"results.nobody\" + `results.nobody`", "")]
    [TestCase("return `a ${results.one} ${`b ${results.two} {`} } results.nobody`", "one,two")]
    [TestCase("const f = { a: { b: `${ {c: {}} && results.one }` } }; return f", "one")]
    [TestCase("return /results.nobody['\"`/]/.test('x') && 4 / results.one / 2", "one")]
    [TestCase("const x = a.results.nobody; return { results: 1, own: results.one }", "one")]
    [TestCase("return results[name]", "*")]
    [TestCase("return results[`one`]", "*")]
    [TestCase("return { ...results, a: results.one }", "*,one")]
    [TestCase("return Object.keys(results)", "*")]
    [TestCase("return results.hasOwnProperty('one')", "*")]
    [TestCase("return list.map(results => results.length + results.size)", "*")]
    [TestCase("function f(a, { b, results }, c) { return results.length }", "*")]
    [TestCase("const f = async (a, results) => results.nothing", "*")]
    [TestCase("const { a, results } = inputs; return results.nothing", "*")]
    [TestCase("for (const results of all) use(results.nothing)", "*")]
    [TestCase("return myresults.x + results$.y + $results.z", "")]
    public void What_a_script_reads_is_found_in_its_text(string script, string expected)
    {
        var reads = Read(script);

        new[] { reads.AllResults ? "*" : null }.OfType<string>().Concat(reads.Results).Should().BeEquivalentTo(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [TestCase("return inputs.a", "inputs")]
    [TestCase("return [variables, run.id]", "variables,run")]
    [TestCase("return x.inputs + 'variables'", "")]
    public void So_are_inputs_and_variables(string script, string expected) =>
        Read(script).Roots.Should().BeEquivalentTo(expected.Split(',', StringSplitOptions.RemoveEmptyEntries));

    [Test]
    public void The_results_that_it_reads_are_those_that_are_loaded() => Files.Sound("""
        key: k
        steps:
          - {id: a, type: transform, value: 1}
          - {id: b, type: transform, value: 1, depends_on: a}
          - {id: one, type: script, script: 'return results.b', depends_on: b}
          - {id: all, type: script, script: 'return Object.keys(results)', depends_on: b}
        """).Steps.Select(step => string.Join(',', step.Reads)).Should().Equal("", "", "1", "0,1");

    [TestCaseSource(nameof(BrokenFiles))]
    public void What_is_wrong_is_reported_at_its_place(string text, string path, string fragment) => Broken.Check(text, path, fragment);

    [Test]
    public void Any_text_can_be_taken_apart()
    {
        var random = new Random(7);
        const string parts = "results.['\"`/*\\\n{}$(=>) a1?";
        for (var i = 0; i < 20_000; i++)
        {
            var text = "x" + string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => parts[random.Next(parts.Length)] is 'r' ? "results" : parts[random.Next(parts.Length)].ToString()));

            Orchestrator.Workflows.Scripts.ScriptReferences.Of(text).Mentions.All(mention => mention.Offset < text.Length).Should().BeTrue();
        }
    }

    private static IEnumerable<TestCaseData> BrokenFiles() =>
    [
        Broken.Steps("  - §{id: a, type: script}\n", "steps[0]", "a step of type `script` needs `script`"),
        Broken.Steps("  - {id: a, type: script, script: return 1, language: §python}\n", "steps[0].language", "`python` is no language of scripts"),
        Broken.Steps("  - {id: a, type: script, script: return 1, memory_mb: §8}\n", "steps[0].memory_mb", "8 is not between 16 and 4096"),
        Broken.Steps("  - {id: a, type: script, script: return 1, allowedModules: [§../x]}\n", "steps[0].allowedModules[0]", "`../x` is no name of a package"),
        Broken.Steps("  - {id: a, type: script, script: §''}\n", "steps[0].script", "it is empty"),
        Broken.Steps("  - {id: ab, type: transform, value: 1}\n  - id: b\n    type: script\n    depends_on: ab\n    script: |\n      const x = 1;\n      return results.§ac;\n", "steps[1].script", "there is no step `ac`"),
        Broken.Steps("  - {id: a, type: transform, value: 1}\n  - id: b\n    type: script\n    script: |\n      return results[§\"a\"];\n", "steps[1].script", "may not be there"),
    ];

    private static Orchestrator.Workflows.Expressions.References Read(string script) => Orchestrator.Workflows.Scripts.ScriptReferences.Of(script);
}
