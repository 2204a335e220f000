using System.ComponentModel;

namespace Kernels;

/// <summary>The numbers of one launch of a product kernel.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public struct ProductArguments
{
    /// <summary>First activation, and elements from row to row.</summary>
    public long Input, InputStride;

    /// <summary>First output, and elements from row to row.</summary>
    public long Output, OutputStride;

    /// <summary>First element of the operand, and elements from row to row.</summary>
    public long Operand, OperandStride;

    /// <summary>32-bit words from weight panel to weight panel.</summary>
    public long PanelWords;

    /// <summary>Weight panels.</summary>
    public int Panels;

    /// <summary>Activation rows.</summary>
    public int Rows;

    /// <summary>Columns of the activations, and of the result.</summary>
    public int Inputs, Outputs;

    /// <summary>Steps of a panel: inputs of the weights, or groups of four.</summary>
    public int Steps;

    /// <summary>The steps that share a scale, as an exponent of two; 30 where all do, or none is needed.</summary>
    public int ScaleShift;

    /// <summary>1 where outputs have a bias, and where there is an operand.</summary>
    public int HasBias, HasOperand;
}
