using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Testing;

/// <summary>One test of a workflow (<c>workflows/tests/*.test.yml</c>): what goes in, what is answered, what has to come of it.</summary>
public sealed record WorkflowTest
{
    public required string Name { get; init; }

    /// <summary>Where it stands in its file.</summary>
    public required int Line { get; init; }

    /// <summary>An object.</summary>
    public Value Inputs { get; init; } = Value.EmptyObject;

    /// <summary>Over the workflow's own: an object.</summary>
    public Value Variables { get; init; } = Value.EmptyObject;

    public string? UserId { get; init; }

    /// <summary>When the run begins, in UTC.</summary>
    public DateTime Start { get; init; } = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>By a step's id, or its address as <c>process[3].fetch</c>: what its attempts are answered, one after the other; the last again and again.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<MockAnswer>> Mocks { get; init; } = new Dictionary<string, IReadOnlyList<MockAnswer>>();

    public required Expectation Expect { get; init; }
}

/// <summary>What a mocked step is answered.</summary>
public sealed record MockAnswer
{
    /// <summary>The step's result.</summary>
    public Value Result { get; init; } = Value.Null;

    /// <summary>The attempt fails with this message; null: it doesn't.</summary>
    public string? Error { get; init; }

    /// <summary>Of an error, a word of <c>retry.on</c>, or <c>invalid</c> for one that is never retried.</summary>
    public string? Kind { get; init; }

    /// <summary>The HTTP status; from 400 on the attempt fails.</summary>
    public int? Status { get; init; }

    /// <summary>The target's wish for the next attempt.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>How long the answer takes, in the test's own time.</summary>
    public TimeSpan After { get; init; }
}

/// <summary>What has to come of a run; what is left out may be anything.</summary>
public sealed record Expectation
{
    /// <summary>The run's state.</summary>
    public string? Status { get; init; }

    /// <summary>The run's output; undefined: any.</summary>
    public Value Output { get; init; }

    /// <summary>Some of the run's variables: an object; undefined: any.</summary>
    public Value Variables { get; init; }

    /// <summary>Text that the run's error holds.</summary>
    public string? Error { get; init; }

    /// <summary>States of steps, by id or address.</summary>
    public IReadOnlyDictionary<string, string> Steps { get; init; } = new Dictionary<string, string>();

    /// <summary>Results of steps, by id or address.</summary>
    public IReadOnlyDictionary<string, Value> Results { get; init; } = new Dictionary<string, Value>();

    /// <summary>Steps that start in this order; others may come in between.</summary>
    public IReadOnlyList<string> Order { get; init; } = [];

    /// <summary>What mocked steps got at their first attempt: an object's members that are left out may be anything.</summary>
    public IReadOnlyDictionary<string, Value> Inputs { get; init; } = new Dictionary<string, Value>();

    /// <summary>How many attempts steps made.</summary>
    public IReadOnlyDictionary<string, int> Attempts { get; init; } = new Dictionary<string, int>();

    /// <summary>How long the run takes, in its own time.</summary>
    public TimeSpan? Duration { get; init; }
}
