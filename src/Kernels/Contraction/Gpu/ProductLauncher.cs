using ILGPU;
using ILGPU.Runtime;

namespace Kernels;

/// <summary>Launches a product kernel.</summary>
internal delegate void ProductLauncher(
    AcceleratorStream stream, KernelConfig grid, ArrayView<float> input, ArrayView<uint> weights, ArrayView<float> output, ProductArguments arguments);
