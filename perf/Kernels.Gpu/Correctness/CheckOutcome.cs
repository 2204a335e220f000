namespace Kernels.Gpu.Correctness;

/// <summary>How a check ended.</summary>
internal enum CheckOutcome
{
    /// <summary>The answer is the oracle's.</summary>
    Right,

    /// <summary>It is not, or the kernel failed.</summary>
    Wrong,

    /// <summary>The device refused the kernel before launch, with a reason.</summary>
    Refused,
}
