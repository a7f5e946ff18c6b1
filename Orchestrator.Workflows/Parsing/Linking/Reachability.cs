using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graph;
using Orchestrator.Workflows.Parsing.Reading;

namespace Orchestrator.Workflows.Parsing.Linking;

/// <summary>
/// Finds steps that can never start: what they wait for always ends the run, or they undo a step, and no step of the file rolls back.
/// Where it is not certain (a step before may be skipped, cancelled or chosen) nothing is said.
/// </summary>
internal sealed class Reachability
{
    private readonly IReadOnlyList<StepDraft> _steps;
    private readonly Bodies _bodies;
    private readonly StepGraph _graph;
    private readonly int[] _choosers;
    private readonly bool[] _mayBeAbsent;
    private readonly bool[] _never;

    private Reachability(IReadOnlyList<StepDraft> steps, Bodies bodies, StepGraph graph, int[] choosers) =>
        (_steps, _bodies, _graph, _choosers, _mayBeAbsent, _never) = (steps, bodies, graph, choosers, new bool[steps.Count], new bool[steps.Count]);

    public static void Check(IReadOnlyList<StepDraft> steps, Bodies bodies, StepGraph graph, int[] choosers, FailureDraft? byDefault, StepIndex index, Report report)
    {
        new Reachability(steps, bodies, graph, choosers).CheckEnds();
        CheckCompensations(steps, byDefault, index, report);
    }

    private void CheckEnds()
    {
        if (!_steps.Any(step => step.Action is EndAction))
        {
            return;
        }

        var isCancelled = _steps.Any(step => step.Action is CancelAction || step.Join?.CancelsRest == true);
        foreach (var step in _graph.Order)
        {
            var parents = _graph.Parents(step);
            var join = _steps[step].Join ?? Join.All;
            _mayBeAbsent[step] = isCancelled || _steps[step].When is not null || _choosers[step] > 0 || join.Kind == JoinKind.Some
                || (parents.Count > 0 && !_bodies.IsInOrder(_steps[step]) && parents.All(parent => _mayBeAbsent[parent]));

            // What is only listed after a step that ends the run starts where that one is skipped.
            var ends = parents.Where(parent => IsEnd(parent) && !(_bodies.IsInOrder(_steps[step]) && _mayBeAbsent[parent])).ToArray();
            _never[step] = parents.Count > 0 && (join.Kind == JoinKind.Some
                ? parents.Count(parent => !ends.Contains(parent) && !_never[parent]) < join.Needed
                : parents.Any(parent => _never[parent] || (IsEnd(parent) && !_mayBeAbsent[parent])) || (join.Kind == JoinKind.All && ends.Length == parents.Count));
            if (_never[step] && ends.Length > 0)
            {
                _steps[step].Field.Error(
                    $"`{_steps[step].Id?.Id}` can never start: `{_steps[ends[0]].Id?.Id}`, which it waits for, ends the run",
                    "Remove it, or let it wait for what comes before that.");
            }
        }
    }

    /// <summary>Whatever comes to it, the run ends with it.</summary>
    private bool IsEnd(int step) => _steps[step] is { Action: EndAction, OnFailure: null or { Kind: OnFailure.Abort } };

    private static void CheckCompensations(IReadOnlyList<StepDraft> steps, FailureDraft? byDefault, StepIndex index, Report report)
    {
        if (steps.Any(step => (step.OnFailure ?? (step.Action is ControlAction ? null : byDefault)) is { Kind: OnFailure.Rollback }))
        {
            return;
        }

        foreach (var step in steps.Where(step => step.Compensate is { } undo && index.Find(undo.Id) is not null))
        {
            report.Error(
                step.Compensate!.Value.Position, step.Compensate.Value.Path,
                $"`{step.Compensate.Value.Id}` can never start: nothing rolls `{step.Id?.Id}` back",
                "Give a step after it `on_failure: rollback`, or remove `compensate`.");
        }
    }
}
