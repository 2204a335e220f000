namespace Kernels.Scheduling;

/// <summary>One step of a plan.</summary>
/// <param name="Name">Name of the operation.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Kernel">The declared kernel that runs it; - for built-in layers.</param>
/// <param name="Device">Where it runs.</param>
/// <param name="OutputBytes">Bytes it writes to the arena at the largest shape.</param>
/// <param name="WorkspaceBytes">Workspace that its kernel plan holds; 0 where an earlier step's plan is shared.</param>
/// <param name="WeightBytes">Bytes of the weights it reads; weights shared by steps show at each.</param>
public sealed record ExplainedNode(
    string Name, string Operation, string Kernel, string Device, long OutputBytes, long WorkspaceBytes, long WeightBytes);
