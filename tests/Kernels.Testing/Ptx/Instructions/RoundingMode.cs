namespace Kernels.Testing.Ptx;

/// <summary>How a value between two numbers is rounded.</summary>
internal enum RoundingMode
{
    NearestEven,
    NearestAway,
    Zero,
    Down,
    Up,
}
