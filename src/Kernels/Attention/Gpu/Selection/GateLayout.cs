using System.ComponentModel;

namespace Kernels;

/// <summary>Where the numbers of a gate lie in its buffer, in elements; −1 for those that it does without.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct GateLayout
{
    /// <summary>[head, inputs, width], and the weights of an RMS norm, [width].</summary>
    public long Weights, Norm;

    /// <summary>The rotation of rows, to be undone, and that of projections.</summary>
    public TurnLayout Turn, GateTurn;
}
