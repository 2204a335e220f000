using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Launches a product kernel.</summary>
internal delegate void ProductLauncher<in TArguments>(
    AcceleratorStream stream, KernelConfig grid, ArrayView<float> input, ArrayView<uint> weights, ArrayView<float> output, ArrayView<float> bias, ArrayView<float> operand, TArguments arguments)
    where TArguments : struct;
