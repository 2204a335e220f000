namespace Kernels.Generators.Specs;

/// <summary>Where the generated property body goes. Names in C# text are escaped, so <c>@class</c> stays a name.</summary>
/// <param name="Namespace">Namespace as C# text, empty for the global one.</param>
/// <param name="TypeHeaders">Headers of the containing types, outermost first: <c>partial class MyKernels</c>.</param>
/// <param name="TypeName">Dotted plain name of the containing types: <c>Outer.MyKernels</c>.</param>
/// <param name="TypeReference">The containing type as C# text: <c>global::Space.Outer.MyKernels</c>.</param>
/// <param name="PropertyModifiers">Modifiers as the user wrote them: <c>public static partial</c>.</param>
/// <param name="PropertyName">Plain name of the property.</param>
/// <param name="HolderName">A name no member of the containing type has, for the class that holds the programs.</param>
internal sealed record HostSpec(
    string Namespace, EquatableArray<string> TypeHeaders, string TypeName, string TypeReference, string PropertyModifiers,
    string PropertyName, string HolderName);
