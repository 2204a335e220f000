using Kernels.Generators.Specs;

namespace Kernels.Generators.Emission;

/// <summary>What is written for one declaration: the file with the property's body, and the programs it refers to.</summary>
internal sealed record GeneratedKernel(string HintName, string Text, EquatableArray<ProgramSet> Programs);
