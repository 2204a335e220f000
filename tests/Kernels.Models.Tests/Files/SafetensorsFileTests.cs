using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CsCheck;
using Xunit;

namespace Kernels.Models.Tests;

public class SafetensorsFileTests
{
    private static readonly byte[] Valid = Bytes(
        """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"BF16","shape":[4],"data_offsets":[24,32]}}""", 32);

    [Fact]
    public void What_is_written_is_read_back()
    {
        using var folder = new TemporaryFolder();
        var floats = MemoryMarshal.AsBytes<float>([1f, -2f, 3.5f, float.NaN, 0f, 1e-40f]).ToArray();
        SafetensorsTensor[] tensors =
        [
            new("half", ElementType.Float16, [3], new byte[] { 1, 2, 3, 4, 5, 6 }),
            new("matrix \"ü\"", ElementType.Float32, [2, 3], floats),
            new("empty", ElementType.BFloat16, [0, 7], default(ReadOnlyMemory<byte>)),
            new("scalar", ElementType.Int32, [], new byte[] { 1, 0, 0, 0 }),
        ];
        SafetensorsWriter.Write(folder["m.safetensors"], tensors, new Dictionary<string, string> { ["made"] = "here" });
        Assert.Equal([folder["m.safetensors"]], Directory.GetFiles(folder.Path)); // no temporary file stays behind

        using var file = SafetensorsFile.Open(folder["m.safetensors"]);
        Assert.Equal("here", file.Metadata["made"]);
        Assert.Equal(tensors.Length, file.Entries.Count);
        foreach (var tensor in tensors)
        {
            var entry = file.Find(tensor.Name)!;
            Assert.Equal(tensor.DataType, entry.DataType);
            Assert.Equal(tensor.Shape, entry.Shape);
            Assert.Equal(0, entry.Offset % entry.Type!.Value.Size());
            using var bytes = file.Map(entry);
            Assert.Equal(tensor.Data.ToArray(), bytes.Span.ToArray());
        }

        using var stream = SafetensorsFile.Read("copy", new MemoryStream(File.ReadAllBytes(folder["m.safetensors"])));
        using var again = stream.Map(stream.Find("matrix \"ü\"")!);
        Assert.Equal(floats, again.Span.ToArray());
    }

    [Fact]
    public unsafe void A_resource_in_memory_is_used_in_place()
    {
        fixed (byte* start = Valid)
        {
            using var file = SafetensorsFile.Read("embedded", new UnmanagedMemoryStream(start, Valid.Length));
            var entry = file.Find("b")!;
            using var bytes = file.Map(entry);
            Assert.Equal((nint)start + (nint)entry.Offset, (nint)bytes.Pointer);
        }
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        var path = folder["m.safetensors"];
        SafetensorsWriter.Write(path, [new("a", ElementType.Float32, [1], new byte[4])]);
        var before = File.ReadAllBytes(path);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(path, [new("a", ElementType.Float32, [2], new byte[4])]));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(
            path, [new("a", ElementType.Float32, [1], new byte[4]), new("a", ElementType.Float32, [1], new byte[4])]));
        Assert.Throws<IOException>(() => WholeFile.Write(path, stream =>
        {
            stream.WriteByte(1);
            throw new IOException("the disk is full");
        }));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "JSON")] // no closing brace
    [InlineData("""[]      """, 0, "object")]
    [InlineData("""{} {}""", 0, "JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "4 bytes")] // truncated
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 12, "end at")] // trailing bytes
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "span 8 bytes")]
    [InlineData("""{"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}}""", 8, "Q4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", 8, "data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}}""", 8, "3 numbers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "[8, 0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "-2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", 8, "2.5")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,9223372036854775808]}}""", 8, "9223372036854775808")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[9223372036854775800,9223372036854775807]}}""", 8, "9223372036854775800")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,8]}}""", 8, "2^63")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}""", 6, "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "gaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "twice")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "twice")]
    [InlineData("""{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "__metadata__")]
    [InlineData("""{"a":{"dtype":"F32","shape":[[[[[[[[[[1]]]]]]]]]],"data_offsets":[0,4]}}""", 4, "shape")]
    public void A_header_that_lies_is_refused(string header, int dataBytes, string names)
    {
        var exception = Assert.Throws<ModelException>(() => Open(Bytes(header, dataBytes)));
        Assert.Contains(names, exception.Message);
        Assert.Contains("hostile.safetensors", exception.Message);
        Assert.DoesNotContain('\n', exception.Message);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(1ul)]
    [InlineData(40ul)]
    [InlineData(1ul << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_header_length_beyond_the_file_is_refused(ulong length)
    {
        var bytes = new byte[32];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        Assert.Throws<ModelException>(() => Open(bytes));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (var length = 0; length < Valid.Length; length++)
        {
            var cut = Valid[..length];
            Assert.Throws<ModelException>(() => Open(cut));
        }
    }

    [Fact]
    public void A_name_with_control_characters_stays_on_one_line()
    {
        var exception = Assert.Throws<ModelException>(() => Open(Bytes("""{"a\n\u001b[31m":{"dtype":"?","shape":[],"data_offsets":[0,4]}}""", 4)));
        Assert.DoesNotContain(exception.Message, char.IsControl);
    }

    [Fact]
    public void Mutated_headers_are_refused_or_read_within_the_file() => Gen
        .Select(Gen.Int[0, Valid.Length - 1], Gen.Byte, Gen.Int[0, Valid.Length - 1], Gen.Byte)
        .Sample((first, a, second, b) =>
        {
            var bytes = Valid.ToArray();
            (bytes[first], bytes[second]) = (a, b);
            try
            {
                using var file = SafetensorsFile.Read("mutated", new MemoryStream(bytes));
                foreach (var entry in file.Entries)
                {
                    Assert.InRange(entry.Offset, 8, bytes.Length);
                    Assert.InRange(entry.Offset + entry.ByteLength, entry.Offset, bytes.Length);
                    using var view = file.Map(entry);
                    Assert.Equal(entry.ByteLength, view.Span.Length);
                }
            }
            catch (ModelException exception)
            {
                Assert.DoesNotContain(exception.Message, char.IsControl);
            }
        }, iter: 20_000, threads: 1);

    [Fact]
    public void A_missing_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<ModelException>(() => SafetensorsFile.Open(folder["none.safetensors"]));
        Assert.Throws<ModelException>(() => SafetensorsFile.Open(folder.Path));
    }

    internal static byte[] Bytes(string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        return bytes;
    }

    private static void Open(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["hostile.safetensors"], bytes);
        SafetensorsFile.Open(folder["hostile.safetensors"]).Dispose();
    }
}
