namespace Hangfire.Dashboard;

/// <summary>Text that is HTML already and is not encoded again.</summary>
public class NonEscapedString
{
    private readonly string value;

    public NonEscapedString(string value) => this.value = value;

    public override string ToString() => value ?? "";
}
