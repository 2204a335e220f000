using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of one launch of a kernel for grouped weights used transposed.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct TransposedGroupArguments
{
    /// <summary>First activation, and elements from row to row.</summary>
    public long Input, InputStride;

    /// <summary>First element of the result, and elements from row to row.</summary>
    public long Output, OutputStride;

    /// <summary>First element of the operand, and elements from row to row.</summary>
    public long Operand, OperandStride;

    /// <summary>Places of stored inputs, and their groups, in words from the first of the index.</summary>
    public long Stored, Groups;

    /// <summary>Scales and values in units of 32 bits, from the first byte of the weights.</summary>
    public long Scales, Values;

    /// <summary>Activation rows.</summary>
    public int Rows;

    /// <summary>Columns of the activations, which are outputs of the weights, and of the result.</summary>
    public int Inputs, Outputs;

    /// <summary>Scales of an output of the weights.</summary>
    public int ScaleGroups;

    /// <summary>The inputs that share a scale, as an exponent of two; 30 where all do, or none is needed.</summary>
    public int ScaleShift;

    /// <summary>1 where there is an operand.</summary>
    public int HasOperand;
}
