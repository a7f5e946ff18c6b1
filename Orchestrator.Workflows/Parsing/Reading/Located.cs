using Orchestrator.Workflows.Parsing.Yaml;

namespace Orchestrator.Workflows.Parsing.Reading;

/// <summary>A step's id where it is given or named, with its place for later errors.</summary>
internal readonly record struct LocatedId(string Id, Position Position, FieldPath Path);
