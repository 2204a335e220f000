using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of one launch of a kernel for grouped weights.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct GroupProductArguments
{
    /// <summary>First activation, and elements from row to row.</summary>
    public long Input, InputStride;

    /// <summary>First output, and elements from row to row.</summary>
    public long Output, OutputStride;

    /// <summary>First element of the operand, and elements from row to row.</summary>
    public long Operand, OperandStride;

    /// <summary>Stored inputs in units of 16 bits, and scales and values in units of 32, from the first byte of the weights.</summary>
    public long Columns, Scales, Values;

    /// <summary>Groups of outputs.</summary>
    public int Groups;

    /// <summary>Activation rows.</summary>
    public int Rows;

    /// <summary>Columns of the activations.</summary>
    public int Inputs;

    /// <summary>Scales of an output.</summary>
    public int ScaleGroups;

    /// <summary>The inputs that share a scale, as an exponent of two; 30 where all do, or none is needed.</summary>
    public int ScaleShift;

    /// <summary>1 where outputs have a bias, and where there is an operand.</summary>
    public int HasBias, HasOperand;
}
