using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Orchestrator.Tests.Hangfire.PublicApi;

/// <summary>Prints the public surface of an assembly, a line for each type and member, in the format of the lists here.</summary>
internal static partial class ApiPrinter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Print(Assembly assembly) =>
        assembly.GetTypes().Where(IsVisible).SelectMany(static type => Members(type).Prepend(TypeLine(type)));

    public static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
            return type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => $"{Name(type)}.{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}");
        if (typeof(Delegate).IsAssignableFrom(type)) return [];
        return type.GetConstructors(Declared).Where(static each => !each.IsStatic && IsVisible(each)).Select(ConstructorLine)
            .Concat(type.GetProperties(Declared).Where(static each => Accessors(each).Any()).Select(PropertyLine))
            .Concat(type.GetFields(Declared).Where(static each => each.IsPublic || each.IsFamily || each.IsFamilyOrAssembly).Select(FieldLine))
            .Concat(type.GetMethods(Declared).Where(static each => !each.IsSpecialName && IsVisible(each)).Select(MethodLine));
    }

    public static string TypeLine(Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type) && type.GetMethod("Invoke") is { } call)
            return $"{Name(type)} : delegate {Name(call.ReturnType)} ({Parameters(call)}){Obsolete(type)}";
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        string[] bases = type.IsEnum
            ? [Name(Enum.GetUnderlyingType(type))]
            : [.. new[] { type.BaseType }.Where(static each => each is not null && each != typeof(object) && each != typeof(ValueType)).Select(static each => Name(each!)),
               .. type.GetInterfaces().Select(Name).Order(StringComparer.Ordinal)];
        return $"{Name(type)} : {kind}{(bases.Length > 0 ? " extends " + string.Join(", ", bases) : "")}{Obsolete(type)}";
    }

    private static bool IsVisible(Type type) => type.IsVisible && !type.IsDefined(typeof(CompilerGeneratedAttribute));

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static IEnumerable<MethodInfo> Accessors(PropertyInfo property) => property.GetAccessors(nonPublic: true).Where(IsVisible);

    private static string ConstructorLine(ConstructorInfo constructor) =>
        $"{Name(constructor.DeclaringType!)}.ctor({Parameters(constructor)}){Flags(constructor)}{Obsolete(constructor)}";

    private static string PropertyLine(PropertyInfo property)
    {
        var accessors = Accessors(property).ToArray();
        var isProtected = accessors.All(static each => !each.IsPublic);
        var text = string.Concat(accessors.OrderBy(static each => each.ReturnType == typeof(void)).Select(each =>
            $"{(!isProtected && !each.IsPublic ? "protected " : "")}{(each.ReturnType == typeof(void) ? "set" : "get")}; "));
        return $"{Name(property.DeclaringType!)}.{property.Name} : {Name(property.PropertyType)} {{ {text}}}{Flags(accessors[0])}{Obsolete(property)}";
    }

    private static string FieldLine(FieldInfo field)
    {
        if (field.IsLiteral) return $"{Name(field.DeclaringType!)}.{field.Name} : {Name(field.FieldType)} = {Literal(field.GetRawConstantValue(), field.FieldType)} [const]";
        var flags = string.Join(' ', new[] { field.IsStatic ? "static" : "", field.IsInitOnly ? "readonly" : "" }.Where(static each => each.Length > 0));
        return $"{Name(field.DeclaringType!)}.{field.Name} : {Name(field.FieldType)}{(flags.Length > 0 ? $" [{flags}]" : "")}{Obsolete(field)}";
    }

    private static string MethodLine(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";
        var constraints = string.Concat(method.GetGenericArguments().Where(static each => each.GetGenericParameterConstraints().Length > 0)
            .Select(each => $" where {each.Name} : {string.Join(", ", each.GetGenericParameterConstraints().Select(Name))}"));
        return $"{Name(method.DeclaringType!)}.{method.Name}{generic}({Parameters(method)}) : {Name(method.ReturnType)}{constraints}{Flags(method)}{Obsolete(method)}";
    }

    private static string Flags(MethodBase method)
    {
        var isInterface = method.DeclaringType!.IsInterface;
        string[] flags =
        [
            method.IsFamily || method.IsFamilyOrAssembly ? "protected" : "",
            method.IsStatic ? "static" : "",
            method.IsAbstract && !isInterface ? "abstract"
                : method is MethodInfo { IsVirtual: true } info && info.GetBaseDefinition().DeclaringType != info.DeclaringType ? "override"
                : method is { IsVirtual: true, IsFinal: false } && !isInterface ? "virtual" : "",
            method.IsDefined(typeof(ExtensionAttribute)) ? "extension" : "",
        ];
        var text = string.Join(' ', flags.Where(static each => each.Length > 0));
        return text.Length > 0 ? $" [{text}]" : "";
    }

    private static string Obsolete(MemberInfo member) => member.IsDefined(typeof(ObsoleteAttribute), inherit: false) ? " [obsolete]" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(static each =>
    {
        var prefix = each.IsOut ? "out " : each.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "";
        var type = each.ParameterType.IsByRef ? each.ParameterType.GetElementType()! : each.ParameterType;
        return $"{prefix}{Name(type)} {each.Name}{(each.HasDefaultValue ? " = " + Literal(each.RawDefaultValue, type) : "")}";
    }));

    private static string Literal(object? value, Type type) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ when type.IsEnum => $"{type.Name}.{Enum.ToObject(type, value)}",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Name(Type type)
    {
        if (type.IsGenericParameter) return type.Name;
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        var name = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        return type.IsGenericType ? $"{Arity().Replace(name, "")}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }

    [GeneratedRegex("`[0-9]+")]
    private static partial Regex Arity();
}
