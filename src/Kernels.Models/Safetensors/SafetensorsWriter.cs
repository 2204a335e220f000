using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Kernels.Models;

/// <summary>Writes safetensors files.</summary>
public static class SafetensorsWriter
{
    /// <summary>Writes <paramref name="tensors"/> to <paramref name="path"/>; the file appears whole or not at all.</summary>
    /// <param name="path">The file; an existing one is replaced once the new one is on disk.</param>
    /// <param name="tensors">The tensors; wider elements are placed first, so that every tensor is aligned to its elements.</param>
    /// <param name="metadata">Free-form strings.</param>
    /// <exception cref="ArgumentException">A name occurs twice, or data and shape disagree; nothing was written.</exception>
    public static void Write(string path, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        WholeFile.Write(path, stream => Write(stream, tensors, metadata));
    }

    /// <summary>Writes <paramref name="tensors"/> to a stream.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyList{SafetensorsTensor}, IReadOnlyDictionary{string, string}?)"/>
    public static void Write(Stream stream, IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(tensors);
        var ordered = tensors.OrderByDescending(tensor => SafetensorsHeader.BitsOf(tensor.DataType)).ToArray();
        var header = Header(ordered, metadata);
        stream.Write(header);
        foreach (var tensor in ordered) stream.Write(tensor.Data.Span);
    }

    private static byte[] Header(SafetensorsTensor[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var names = new HashSet<string>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata) json.WriteString(key, value);
                json.WriteEndObject();
            }

            long offset = 0;
            foreach (var tensor in tensors)
            {
                if (tensor.Name == "__metadata__" || !names.Add(tensor.Name))
                    throw new ArgumentException($"The tensor name '{tensor.Name}' is reserved or occurs twice.", nameof(tensors));
                var bits = SafetensorsHeader.BitsOf(tensor.DataType);
                if (bits == 0) throw new ArgumentException($"Tensor '{tensor.Name}' is of type '{tensor.DataType}', which safetensors files do not know.", nameof(tensors));
                Int128 bytes = bits / 8;
                foreach (var length in tensor.Shape) bytes = length < 0 ? -1 : bytes * length;
                if (bytes != tensor.Data.Length)
                    throw new ArgumentException(
                        $"Tensor '{tensor.Name}', {tensor.DataType}[{string.Join(", ", tensor.Shape)}], needs {bytes} bytes; {tensor.Data.Length} were given.",
                        nameof(tensors));
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", tensor.DataType);
                json.WriteStartArray("shape");
                foreach (var length in tensor.Shape) json.WriteNumberValue(length);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.Data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        var written = buffer.WrittenCount;
        var padded = (8 + written + 63) / 64 * 64 - 8; // tensors begin on a cache line
        var bytesOut = new byte[8 + padded];
        BinaryPrimitives.WriteUInt64LittleEndian(bytesOut, (ulong)padded);
        buffer.WrittenSpan.CopyTo(bytesOut.AsSpan(8));
        bytesOut.AsSpan(8 + written).Fill((byte)' ');
        return bytesOut;
    }
}
