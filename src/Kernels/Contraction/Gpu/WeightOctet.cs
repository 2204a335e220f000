using System.ComponentModel;

namespace Kernels;

/// <summary>The eight weights of a panel row that one thread of a streaming kernel reads.</summary>
/// <param name="first">Weights of outputs i to i + 3 of the panel.</param>
/// <param name="second">Weights of outputs i + 16 to i + 19.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WeightOctet(Float4 first, Float4 second)
{
    /// <summary>Weights of outputs i to i + 3 of the panel.</summary>
    public readonly Float4 First = first;

    /// <summary>Weights of outputs i + 16 to i + 19.</summary>
    public readonly Float4 Second = second;
}
