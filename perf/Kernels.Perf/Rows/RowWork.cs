namespace Kernels.Perf.Rows;

/// <summary>What one run must do, counted from the definition.</summary>
/// <param name="Flops">Floating-point operations on stored weights or visited pairs; a multiply-add is two.</param>
/// <param name="Bytes">Operands read once and results written once.</param>
internal readonly record struct RowWork(double Flops, double Bytes);
