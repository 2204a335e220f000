namespace Kernels.Generators.Specs;

/// <summary>A declared product.</summary>
/// <param name="Host">Where it was declared.</param>
/// <param name="Kept">N of N:M; 0 for dense.</param>
/// <param name="Of">M of N:M; 0 for dense.</param>
/// <param name="Epilogue">float of (float), or null.</param>
internal sealed record MatMulSpec(HostSpec Host, int Kept, int Of, UserMethodSpec? Epilogue) : KernelSpec(Host)
{
    public bool IsDense => Of == 0;
}
