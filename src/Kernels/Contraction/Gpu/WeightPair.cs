using System.ComponentModel;

namespace Kernels;

/// <summary>The two weights that one lane of a kernel reads together: outputs i and i + 16 of a panel row, or neighbours of a group.</summary>
/// <param name="first">Weight of output i.</param>
/// <param name="second">Weight of output i + 16, or i + 1.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly struct WeightPair(float first, float second)
{
    /// <summary>Weight of output i.</summary>
    public readonly float First = first;

    /// <summary>Weight of output i + 16, or i + 1.</summary>
    public readonly float Second = second;
}
