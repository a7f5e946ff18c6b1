namespace Orchestrator.Shared.Cron;

/// <summary>Why a text is no cron expression.</summary>
/// <param name="Field">The name of the field; null where it is about the whole expression.</param>
/// <param name="FieldNumber">Which field it is, from 1; 0 where it is about the whole expression.</param>
/// <param name="Offset">Where in the text the mistake begins, from 0.</param>
/// <param name="Length">How many characters it has; 0 where something is missing.</param>
/// <param name="Found">What stands there.</param>
/// <param name="Allowed">What may stand there.</param>
internal sealed record CronError(string? Field, int FieldNumber, int Offset, int Length, string Found, string Allowed)
{
    /// <summary>The mistake as a sentence.</summary>
    public override string ToString()
    {
        var sentence = $"expected {Allowed}, found {Found}";
        return Field is null ? sentence : $"field {FieldNumber} ({Field}): {sentence}";
    }
}
