namespace Kernels.Generators.Specs;

/// <summary>A user method to be inlined.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">Names of its parameters in order.</param>
/// <param name="Result">What it returns.</param>
/// <param name="Body">Its body as one expression.</param>
internal sealed record UserMethodSpec(string Name, EquatableArray<string> Parameters, ValueKind Result, Expression Body);
