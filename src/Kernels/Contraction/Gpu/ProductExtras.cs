using ILGPU;

namespace Kernels;

/// <summary>What is beside the factors of a launch: a bias, an operand, both or neither.</summary>
internal readonly ref struct ProductExtras(PackedWeights weights, in Tensor operand)
{
    private readonly IlgpuBuffer? _operand = (IlgpuBuffer?)operand.Buffer;

    /// <summary>[outputs], or null.</summary>
    public ArrayView<float>? Bias { get; } = ((IlgpuBuffer?)weights.Bias)?.View<float>();

    /// <summary>1 where there is a bias.</summary>
    public int HasBias => Bias is null ? 0 : 1;

    /// <summary>1 where there is an operand.</summary>
    public int HasOperand => _operand is null ? 0 : 1;

    /// <summary>Elements from row to row of the operand.</summary>
    public long OperandStride { get; } = operand.Buffer is null ? 0 : operand.Stride(0);

    /// <summary>The operand's whole buffer, or null.</summary>
    public ArrayView<T>? OperandOf<T>() where T : unmanaged => _operand?.View<T>();
}
