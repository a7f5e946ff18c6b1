using System.Collections.Concurrent;
using System.Reflection;
using System.Text;

namespace Hangfire.Common;

/// <summary>
/// Names of types as they are stored. Both suppliers of this API read them, so our own types are written as those of
/// <c>Hangfire.Core</c>, and versions are ignored when reading.
/// </summary>
public class TypeHelper
{
    internal const string OfficialAssembly = "Hangfire.Core";

    private static readonly Assembly OwnAssembly = typeof(TypeHelper).Assembly;
    private static readonly string OwnAssemblyFullName = OwnAssembly.FullName!;
    private static readonly ConcurrentDictionary<string, Type> Resolved = new();
    private static readonly ConcurrentDictionary<Type, string> SimpleNames = new();

    private static Func<string, Type> typeResolver = IgnoredAssemblyVersionTypeResolver;
    private static Func<Type, string> typeSerializer = SimpleAssemblyTypeSerializer;

    /// <summary>Turns a stored name into a type. Default: <see cref="IgnoredAssemblyVersionTypeResolver"/>.</summary>
    public static Func<string, Type> CurrentTypeResolver
    {
        get => typeResolver;
        set => typeResolver = value ?? IgnoredAssemblyVersionTypeResolver;
    }

    /// <summary>Turns a type into the name that is stored. Default: <see cref="SimpleAssemblyTypeSerializer"/>.</summary>
    public static Func<Type, string> CurrentTypeSerializer
    {
        get => typeSerializer;
        set => typeSerializer = value ?? SimpleAssemblyTypeSerializer;
    }

    /// <summary>Finds a type by its name.</summary>
    /// <exception cref="TypeLoadException">There is none.</exception>
    public static Type DefaultTypeResolver(string typeName) => IgnoredAssemblyVersionTypeResolver(typeName);

    /// <summary>Name with the assembly's version, culture and key.</summary>
    public static string DefaultTypeSerializer(Type type) => type.AssemblyQualifiedName!.Replace(
        OwnAssemblyFullName, $"{OfficialAssembly}, Version=1.8.24.0, Culture=neutral, PublicKeyToken=null", StringComparison.Ordinal);

    /// <summary>Finds a type by its name, whatever version of its assembly the name asks for.</summary>
    /// <exception cref="TypeLoadException">There is none.</exception>
    public static Type IgnoredAssemblyVersionTypeResolver(string typeName) => Resolved.GetOrAdd(
        typeName, static name => Type.GetType(name, ResolveAssembly, typeResolver: null, throwOnError: true)!);

    /// <summary>Name with the assembly's simple name, for generic arguments too.</summary>
    public static string SimpleAssemblyTypeSerializer(Type type) => SimpleNames.GetOrAdd(type, static each =>
    {
        var name = new StringBuilder();
        AppendName(name, each);
        return name.Append(", ").Append(AssemblyName(each)).ToString();
    });

    private static void AppendName(StringBuilder name, Type type)
    {
        if (type.HasElementType)
        {
            var element = type.GetElementType()!;
            AppendName(name, element);
            name.Append(type.Name.AsSpan(element.Name.Length));
            return;
        }

        if (type is not { IsGenericType: true, IsGenericTypeDefinition: false })
        {
            name.Append(type.FullName);
            return;
        }

        name.Append(type.GetGenericTypeDefinition().FullName).Append('[');
        name.AppendJoin(',', type.GetGenericArguments().Select(static argument => $"[{SimpleAssemblyTypeSerializer(argument)}]"));
        name.Append(']');
    }

    private static string AssemblyName(Type type) =>
        type.Assembly == OwnAssembly ? OfficialAssembly : type.Assembly.GetName().Name!;

    private static Assembly ResolveAssembly(AssemblyName wanted)
    {
        var name = wanted.Name!;
        if (name.StartsWith("Hangfire.", StringComparison.OrdinalIgnoreCase) && IsOfficial(name)) return OwnAssembly;
        return AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(each => each.GetName().Name == name)
            ?? Assembly.Load(new AssemblyName(name));
    }

    private static bool IsOfficial(string assembly) =>
        assembly is OfficialAssembly or "Hangfire.NetCore" or "Hangfire.AspNetCore" or "Hangfire.PostgreSql";
}
