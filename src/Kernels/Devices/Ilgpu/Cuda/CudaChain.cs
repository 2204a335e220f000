namespace Kernels;

/// <summary>Handles of a chain of graphs.</summary>
/// <param name="Graph">The graph whose nodes the parts are.</param>
/// <param name="Nodes">The parts, each a graph of its own.</param>
/// <param name="Executable">The chain ready to launch.</param>
internal sealed record CudaChain(nint Graph, nint[] Nodes, nint Executable);
