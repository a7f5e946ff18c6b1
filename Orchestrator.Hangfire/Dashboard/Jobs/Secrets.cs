using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Hangfire.Dashboard;

/// <summary>
/// What pages don't show: the argument of a parameter that is marked <c>[DataType(DataType.Password)]</c>, and all arguments
/// and the result of a method that is. Names that are made of arguments are the application's own affair.
/// </summary>
internal static class Secrets
{
    public static bool IsHidden(ParameterInfo parameter) => IsMarked(parameter) || IsHidden((MethodInfo)parameter.Member);

    public static bool IsHidden(MethodInfo method) => IsMarked(method);

    private static bool IsMarked(ICustomAttributeProvider target) =>
        target.GetCustomAttributes(typeof(DataTypeAttribute), inherit: true).OfType<DataTypeAttribute>().Any(static each => each.DataType == DataType.Password);
}
