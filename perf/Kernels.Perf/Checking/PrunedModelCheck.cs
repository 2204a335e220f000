using System.Runtime.InteropServices;
using Kernels.Models;

namespace Kernels.Perf.Checking;

/// <summary>A model of bf16 pruned to 2:4 by magnitude, bit by bit: the first rows of every down projection against the definition.</summary>
/// <param name="Model">Folder of the dense model, shards and all.</param>
/// <param name="Pruned">Folder of the pruned one, with the same shards.</param>
internal sealed record PrunedModelCheck(string Model, string Pruned)
{
    private const int Rows = 4;

    /// <exception cref="WrongAnswerException">A weight that should have been dropped stays, or is not what it was.</exception>
    public void Verify()
    {
        foreach (var path in Directory.EnumerateFiles(Model, "*.safetensors"))
        {
            using var dense = SafetensorsFile.Open(path);
            using var sparse = SafetensorsFile.Open(Path.Combine(Pruned, Path.GetFileName(path)));
            foreach (var entry in dense.Entries.Where(entry => entry.Name.EndsWith("down_proj.weight", StringComparison.Ordinal)))
                Verify(dense, sparse, entry);
        }
    }

    private static void Verify(SafetensorsFile dense, SafetensorsFile sparse, SafetensorsEntry entry)
    {
        var name = entry.Name[..^".weight".Length];
        var count = Rows * (int)entry.Shape[1];
        var expected = SemiStructured.Prune(Read(dense, entry.Name, count), 2, 4);
        var values = Read(sparse, name + ".compressed", count / 2);
        using var bits = sparse.Map(sparse.Find(name + ".bitmask") ?? throw new WrongAnswerException($"{name}.bitmask is missing."));
        for (int i = 0, next = 0; i < expected.Length; i++)
        {
            var kept = (bits.Span[i / 8] >> (i % 8) & 1) != 0;
            var actual = kept && next < values.Length ? values[next++] : 0;
            if (actual != expected[i]) throw new WrongAnswerException($"{name}: weight {i} is {actual:g9}; {expected[i]:g9} stays.");
        }
    }

    private static float[] Read(SafetensorsFile file, string name, int count)
    {
        using var bytes = file.Map(file.Find(name) ?? throw new WrongAnswerException($"{name} is missing."));
        return Array.ConvertAll(MemoryMarshal.Cast<byte, ushort>(bytes.Span)[..count].ToArray(), ElementTypes.FromBFloat16);
    }
}
