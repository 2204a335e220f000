using System.Runtime.InteropServices;

namespace Kernels.Models;

/// <summary>The tensors a compressed weight is stored as: found, checked and refused by name.</summary>
/// <param name="name">Name of the weight they stand for.</param>
/// <param name="parts">The tensors by what follows the common prefix, such as <c>bitmask</c>.</param>
internal sealed class TensorParts(string name, IReadOnlyDictionary<string, StoredTensor> parts)
{
    /// <summary>Largest number of rows and of columns.</summary>
    public const int LargestSide = 1 << 24;

    /// <summary>Name of the weight.</summary>
    public string Name => name;

    /// <summary>The file of the parts, for messages.</summary>
    public string File => parts.Values.First().File;

    /// <summary>Whether a part is there.</summary>
    public bool Has(string part) => parts.ContainsKey(part);

    /// <summary>A part of one of the element types and of so many dimensions.</summary>
    public SafetensorsEntry Require(string part, int rank, params ReadOnlySpan<string> types)
    {
        if (!parts.TryGetValue(part, out var tensor))
            throw new ModelException(File, $"part '{part}' of weight '{name}'", "missing", $"the weight is stored as {string.Join(", ", parts.Keys.Order())}", "Fetch the model again.");
        var entry = tensor.Entry;
        if (types.IndexOf(entry.DataType) < 0) throw Refuse(part, entry.DataType, $"its type is one of {string.Join(", ", types.ToArray())}");
        var least = rank == 1 ? 0 : 1; // a list may be empty, a matrix not
        if (entry.Shape.Count != rank || entry.Shape.Any(length => length < least || length > int.MaxValue))
            throw Refuse(part, $"[{string.Join(", ", entry.Shape)}]", $"{rank} dimension(s) of at least {least} are needed");
        return entry;
    }

    /// <summary>Refuses a part of another shape.</summary>
    public void RequireShape(string part, params ReadOnlySpan<long> shape)
    {
        var entry = parts[part].Entry;
        if (!entry.Shape.SequenceEqual(shape.ToArray()))
            throw Refuse(part, $"[{string.Join(", ", entry.Shape)}]", $"[{string.Join(", ", shape.ToArray())}] follows from the other parts");
    }

    /// <summary>The elements of a part; a copy.</summary>
    public T[] Read<T>(string part) where T : unmanaged
    {
        using var bytes = parts[part].Map();
        return MemoryMarshal.Cast<byte, T>(bytes.Span).ToArray();
    }

    /// <summary>Rows and columns from a part that stores them.</summary>
    public (int Rows, int Columns) ReadShape(string part)
    {
        var sizes = ReadSizes(part, 2);
        return (sizes[0], sizes[1]);
    }

    /// <summary>Sizes from a part that stores them, the first two those of the matrix.</summary>
    public int[] ReadSizes(string part, int count)
    {
        var entry = Require(part, 1, "I64", "I32");
        var shape = entry.DataType == "I64" ? Read<long>(part) : Array.ConvertAll(Read<int>(part), length => (long)length);
        if (shape.Length != count || shape.Any(length => length is < 1 or > LargestSide) || shape[0] * shape[1] > int.MaxValue)
            throw Refuse(part, $"[{string.Join(", ", shape.Take(4))}]", $"{count} sizes from 1 to {LargestSide} and at most {int.MaxValue} weights are read");
        return Array.ConvertAll(shape, size => (int)size);
    }

    /// <summary>The exception a wrong part deserves.</summary>
    public ModelException Refuse(string part, string received, string limit) =>
        new(File, $"part '{part}' of weight '{name}'", received, limit, "The file is damaged: fetch it again.");
}
