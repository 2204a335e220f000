using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Launches a kernel for grouped weights used transposed, whose index by input lies beside them.</summary>
internal delegate void TransposedGroupLauncher(
    AcceleratorStream stream, KernelConfig grid, ArrayView<float> input, ArrayView<uint> weights, ArrayView<uint> index, ArrayView<float> output,
    ArrayView<float> operand, TransposedGroupArguments arguments);
