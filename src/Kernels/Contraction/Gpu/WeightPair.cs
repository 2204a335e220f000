using System.ComponentModel;

namespace Kernels;

/// <summary>The two weights of a panel row that one lane of a kernel reads.</summary>
/// <param name="first">Weight of output i of the panel.</param>
/// <param name="second">Weight of output i + 16.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WeightPair(float first, float second)
{
    /// <summary>Weight of output i of the panel.</summary>
    public readonly float First = first;

    /// <summary>Weight of output i + 16.</summary>
    public readonly float Second = second;
}
