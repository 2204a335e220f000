namespace Kernels.Generators.Specs;

/// <summary>
/// A declaration with an error. Its property still gets a body, so that the diagnostic stands alone and is not joined by
/// the compiler's complaint about a missing implementation.
/// </summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="PropertyType">The declared type as C# text, with <c>ref</c> where declared so.</param>
/// <param name="Accessors">Heads of the declared accessors: <c>get</c>, <c>private set</c>.</param>
/// <param name="Reason">The diagnostic's identifier, or what else is known.</param>
internal sealed record RefusedSpec(HostSpec Host, string PropertyType, EquatableArray<string> Accessors, string Reason) : KernelSpec(Host);
