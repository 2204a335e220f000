namespace Kernels.Testing.Ptx;

/// <summary>A variable in memory.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Space">The state space.</param>
/// <param name="Type">Type of an element.</param>
/// <param name="Alignment">Alignment in bytes.</param>
/// <param name="Bytes">Size; 0 for an external array sized at launch.</param>
/// <param name="Initial">Initial contents, or null.</param>
/// <param name="Line">Line of the declaration.</param>
internal sealed record Variable(string Name, StateSpace Space, PtxType Type, int Alignment, int Bytes, byte[]? Initial, int Line);
