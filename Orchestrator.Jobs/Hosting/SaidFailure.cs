using Orchestrator.Jobs.Storage;

namespace Orchestrator.Jobs.Hosting;

/// <summary>What a loop says of its failures: the same one again is not said again, and one that passes by itself needs no stack.</summary>
internal sealed class SaidFailure
{
    private string? _said;

    public void Say(Exception error, Action<string, Exception?> say)
    {
        if (error.Message != _said)
        {
            say(error.Message, Retry.IsPassing(error) ? null : error);
            _said = error.Message;
        }
    }

    public void IsOver(Action say)
    {
        if (_said is not null)
        {
            say();
            _said = null;
        }
    }
}
