using Kernels.Generators.Specs;

namespace Kernels.Generators.Emission;

/// <summary>The body of a property whose declaration was refused: it compiles, and throws when read all the same.</summary>
internal static class RefusedFile
{
    public static void Write(SourceWriter writer, RefusedSpec spec)
    {
        var host = spec.Host;
        using (writer.Open($"{host.PropertyModifiers} {spec.PropertyType} {Identifiers.Escape(host.PropertyName)}"))
        {
            foreach (var accessor in spec.Accessors)
                writer.Line($"{accessor} => throw new global::System.InvalidOperationException(\"Kernel {host.TypeName}.{host.PropertyName} was not generated: {spec.Reason}.\");");
        }
    }
}
