namespace Hangfire;

/// <summary>The argument is a parameter of the job, if it has that one, where <see cref="JobParameterInjectionFilter"/> is a filter.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public class FromParameterAttribute(string parameterName) : Attribute
{
    public string ParameterName { get; } = parameterName;
}

/// <summary>The argument is the result of the job that this one has waited for.</summary>
public sealed class FromResultAttribute() : FromParameterAttribute(AntecedentParameters.Result);

/// <summary>The argument is the exception because of which the job that this one has waited for was deleted, as <see cref="ExceptionInfo"/>.</summary>
public sealed class FromExceptionAttribute() : FromParameterAttribute(AntecedentParameters.Exception);

/// <summary>Where a continuation finds what its parent has left.</summary>
internal static class AntecedentParameters
{
    public const string Result = "AntecedentResult", Exception = "AntecedentException";
}
