using System.Globalization;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Parsing;
using Orchestrator.Workflows.Parsing.Fields;
using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Testing;

/// <summary>A file of tests: which workflow they are of, and the tests.</summary>
/// <param name="WorkflowKey">Whose.</param>
/// <param name="Tests">In the file's order.</param>
public sealed record WorkflowTestFile(string WorkflowKey, IReadOnlyList<WorkflowTest> Tests)
{
    /// <summary>How such files are called: <c>*.test.yml</c>.</summary>
    public const string Ending = ".test.yml";

    private static readonly string[] Kinds = ["timeout", "network", "not_ok", "accuracy", "script_error", "invalid"];

    private static readonly FieldTable<AnswerDraft> AnswerFields = new(
        new Field<AnswerDraft>("result", Shape.Any, (draft, value) => draft.Answer = draft.Answer with { Result = value.Constant() }),
        Field<AnswerDraft>.Text("error", (draft, error) => draft.Answer = draft.Answer with { Error = error }),
        Field<AnswerDraft>.Word("kind", Kinds.ToDictionary(kind => kind, kind => Array.IndexOf(Kinds, kind)), (draft, kind) => draft.Answer = draft.Answer with { Kind = Kinds[kind] }),
        Field<AnswerDraft>.Integer("status", 100, 599, (draft, status) => draft.Answer = draft.Answer with { Status = status }),
        Field<AnswerDraft>.Milliseconds("retry_after_ms", 0, (draft, wait) => draft.Answer = draft.Answer with { RetryAfter = wait }),
        Field<AnswerDraft>.Milliseconds("after_ms", 0, (draft, after) => draft.Answer = draft.Answer with { After = after }));

    private static readonly FieldTable<ExpectDraft> ExpectFields = new(
        new Field<ExpectDraft>("status", Shape.OneOf(["success", "failed", "cancelled", "paused"]), (draft, value) => draft.Expect = draft.Expect with { Status = ReadState(value) }),
        new Field<ExpectDraft>("output", Shape.Any, (draft, value) => draft.Expect = draft.Expect with { Output = value.Constant() }),
        new Field<ExpectDraft>("variables", Shape.Mapping, (draft, value) => draft.Expect = draft.Expect with { Variables = ReadObject(value) }),
        Field<ExpectDraft>.Text("error", (draft, error) => draft.Expect = draft.Expect with { Error = error }),
        new Field<ExpectDraft>("steps", Shape.MappingOf(Shape.Text), (draft, value) => draft.Expect = draft.Expect with { Steps = Members(value, one => one.Text()) }),
        new Field<ExpectDraft>("results", Shape.Mapping, (draft, value) => draft.Expect = draft.Expect with { Results = Members(value, one => (Value?)one.Constant()) }),
        new Field<ExpectDraft>("order", Shape.ListOf(Shape.Text), (draft, value) => draft.Expect = draft.Expect with { Order = value.Texts() }),
        new Field<ExpectDraft>("inputs", Shape.Mapping, (draft, value) => draft.Expect = draft.Expect with { Inputs = Members(value, one => (Value?)one.Constant()) }),
        new Field<ExpectDraft>("attempts", Shape.MappingOf(Shape.Integer(0, 1000)), (draft, value) => draft.Expect = draft.Expect with { Attempts = Members(value, one => one.Integer(0, 1000)) }),
        Field<ExpectDraft>.Milliseconds("duration_ms", 0, (draft, time) => draft.Expect = draft.Expect with { Duration = time }));

    private static readonly FieldTable<TestDraft> TestFields = new(
        Field<TestDraft>.Text("name", (draft, name) => draft.Test = draft.Test with { Name = name }),
        new Field<TestDraft>("inputs", Shape.Mapping, (draft, value) => draft.Test = draft.Test with { Inputs = ReadObject(value) }) { Aliases = ["payload"] },
        new Field<TestDraft>("variables", Shape.Mapping, (draft, value) => draft.Test = draft.Test with { Variables = ReadObject(value) }),
        Field<TestDraft>.Text("user_id", (draft, user) => draft.Test = draft.Test with { UserId = user }),
        new Field<TestDraft>("start", Shape.Text, (draft, value) => draft.Test = draft.Test with { Start = ReadTime(value) ?? draft.Test.Start }),
        new Field<TestDraft>("mocks", Shape.Mapping, (draft, value) => draft.Test = draft.Test with { Mocks = Members(value, ReadAnswers) }),
        new Field<TestDraft>("expect", Shape.Object(() => ExpectFields), (draft, value) => draft.Test = draft.Test with { Expect = ReadExpectation(value) }));

    private static readonly FieldTable<FileDraft> Fields = new(
        new Field<FileDraft>("workflow", Shape.Text, (draft, value) => draft.Key = value.Name()) { Aliases = ["workflow_key"] },
        new Field<FileDraft>("tests", Shape.ListOf(Shape.Object(() => TestFields)), (draft, value) => draft.Tests = [.. value.OneOrMore().Select(ReadTest)]));

    /// <summary>Reads a file. Never throws for what is in the text.</summary>
    /// <param name="text">The file's content.</param>
    /// <param name="fileName">What the diagnostics call the file.</param>
    /// <returns>The tests, null when anything is wrong, and everything that is.</returns>
    public static (WorkflowTestFile? File, IReadOnlyList<Diagnostic> Diagnostics) Parse(string text, string fileName)
    {
        var draft = new FileDraft();
        var diagnostics = WorkflowParser.Read(text, fileName, root =>
        {
            Fields.Read(draft, root);
            if (root.Report.Errors == 0 && (draft.Key is null || draft.Tests.Count == 0))
            {
                root.Error(draft.Key is null ? "`workflow` is missing" : "there are no `tests`", "Write it like workflow: my_workflow, tests: [{ name: …, expect: { status: success } }].");
            }
        });
        return (diagnostics.Count == 0 ? new WorkflowTestFile(draft.Key!, draft.Tests) : null, diagnostics);
    }

    private static WorkflowTest ReadTest(FieldValue value)
    {
        var draft = new TestDraft { Test = new WorkflowTest { Name = "", Line = value.Position.Line, Expect = new Expectation() } };
        TestFields.Read(draft, value);
        return draft.Test.Name.Length > 0 ? draft.Test : draft.Test with { Name = $"line {draft.Test.Line}" };
    }

    private static Expectation ReadExpectation(FieldValue value)
    {
        var draft = new ExpectDraft();
        ExpectFields.Read(draft, value);
        return draft.Expect;
    }

    private static IReadOnlyList<MockAnswer>? ReadAnswers(FieldValue value)
    {
        var answers = new List<MockAnswer>();
        foreach (var one in value.OneOrMore())
        {
            var draft = new AnswerDraft();
            AnswerFields.Read(draft, one);
            answers.Add(draft.Answer);
        }

        if (answers.Count == 0)
        {
            value.Error("there is no answer", "Write it like [{ status: 503 }, { result: { ok: true } }].");
        }

        return answers;
    }

    private static string? ReadState(FieldValue value)
    {
        if (value.Text() is not { } state || state is "success" or "failed" or "cancelled" or "paused")
        {
            return (value.Node as ScalarNode)?.Text;
        }

        value.Error($"`{state}` is no end of a run", "One of success, failed, cancelled, paused.");
        return null;
    }

    private static DateTime? ReadTime(FieldValue value)
    {
        if (value.Text() is not { } text)
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return time.UtcDateTime;
        }

        value.Expected("a time", "Write it like \"2026-01-31T12:00:00Z\".");
        return null;
    }

    private static Value ReadObject(FieldValue value) => value.Mapping() is null ? Value.EmptyObject : value.Constant();

    private static Dictionary<string, T> Members<T>(FieldValue value, Func<FieldValue, T?> read)
        where T : class => Read(value, read, one => one!);

    private static Dictionary<string, T> Members<T>(FieldValue value, Func<FieldValue, T?> read)
        where T : struct => Read(value, read, one => one!.Value);

    private static Dictionary<string, TTo> Read<TFrom, TTo>(FieldValue value, Func<FieldValue, TFrom> read, Func<TFrom, TTo> to)
    {
        var members = new Dictionary<string, TTo>(StringComparer.Ordinal);
        foreach (var entry in value.Mapping()?.Entries ?? [])
        {
            if (read(value.Member(entry)) is { } one)
            {
                members[entry.Key] = to(one);
            }
        }

        return members;
    }

    private sealed class AnswerDraft
    {
        public MockAnswer Answer { get; set; } = new();
    }

    private sealed class ExpectDraft
    {
        public Expectation Expect { get; set; } = new();
    }

    private sealed class TestDraft
    {
        public required WorkflowTest Test { get; set; }
    }

    private sealed class FileDraft
    {
        public string? Key { get; set; }

        public IReadOnlyList<WorkflowTest> Tests { get; set; } = [];
    }
}
