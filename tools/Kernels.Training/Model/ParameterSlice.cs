namespace Kernels.Training.Model;

/// <summary>One named matrix or vector inside the flat parameter block.</summary>
/// <param name="Name">Name in the Hugging Face checkpoint.</param>
/// <param name="Offset">First float.</param>
/// <param name="Rows">Rows; 1 for a vector.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Decays">Whether weight decay applies.</param>
internal sealed record ParameterSlice(string Name, int Offset, int Rows, int Columns, bool Decays)
{
    public int Length => Rows * Columns;

    public bool IsVector => Rows == 1;
}
