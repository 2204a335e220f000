namespace Kernels.Generators.Specs;

/// <summary>Where the generated property body goes.</summary>
/// <param name="Namespace">Namespace, empty for the global one.</param>
/// <param name="TypeHeaders">Headers of the containing types, outermost first: <c>static partial class MyKernels</c>.</param>
/// <param name="TypeName">Dotted name of the containing types: <c>Outer.MyKernels</c>.</param>
/// <param name="PropertyModifiers">Modifiers as the user wrote them: <c>public static partial</c>.</param>
/// <param name="PropertyName">Name of the property.</param>
internal sealed record HostSpec(
    string Namespace, EquatableArray<string> TypeHeaders, string TypeName, string PropertyModifiers, string PropertyName);
