namespace Kernels.Models.Tests.Vision;

/// <summary>How a graph stores its weights.</summary>
internal enum OnnxStorage
{
    Raw,
    Listed,
    Values,
    Node,
    Half,
    External,
}
