namespace Kernels.Testing.Ptx;

/// <summary>A group of a launch.</summary>
internal readonly record struct GroupPosition(Extent Grid, Extent Group, Extent Index, int DynamicSharedBytes);
