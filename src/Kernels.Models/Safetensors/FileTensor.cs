namespace Kernels.Models;

/// <summary>A tensor stored as it is.</summary>
internal sealed class FileTensor(SafetensorsFile file, SafetensorsEntry entry) : StoredTensor(file.Name, entry)
{
    public override TensorBytes Map() => file.Map(Entry);
}
