using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Kernels.Training.Corpus;

/// <summary>
/// Reads the character vectors of an R lazy-load database (.rdb): records of a big-endian length and a zlib stream that holds
/// one object in R's XDR serialisation (R Internals, section 1.8).
/// </summary>
internal static class RDatabase
{
    private const int StringVector = 16, CharacterString = 9;
    private const int LargestRecord = 64 << 20;

    /// <summary>Each record's strings joined by line feeds; records that are no plain character vector are left out.</summary>
    public static IEnumerable<string> ReadTexts(byte[] file)
    {
        for (var at = 0; at + 6 <= file.Length;)
        {
            if (Inflate(file, at) is not { } record)
            {
                at++;
                continue;
            }

            at += 4;
            if (ReadStrings(record) is { } text) yield return text;
        }
    }

    private static byte[]? Inflate(byte[] file, int at)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
        var header = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 4));
        if (length is < 16 or > LargestRecord || file[at + 4] != 0x78 || header % 31 != 0) return null; // RFC 1950: a header is a multiple of 31
        var record = new byte[length];
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(file, at + 4, file.Length - at - 4), CompressionMode.Decompress);
            zlib.ReadExactly(record);
            return record;
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            return null;
        }
    }

    private static string? ReadStrings(byte[] record)
    {
        var at = 0;
        if (record.Length < 18 || !record.AsSpan(0, 2).SequenceEqual("X\n"u8)) return null;
        at += 2;
        var version = ReadInt();
        at += 8; // versions of R that wrote it and that can read it
        if (version == 3)
        {
            var encoding = ReadInt(); // length of the native encoding's name
            if (encoding < 0 || encoding > record.Length - at - 8) return null;
            at += encoding;
        }

        var text = new StringBuilder();
        try
        {
            if ((ReadInt() & 0xFF) != StringVector) return null;
            var count = ReadInt();
            for (var i = 0; i < count; i++)
            {
                if ((ReadInt() & 0xFF) != CharacterString) return null;
                var length = ReadInt();
                if (length > 0) text.Append(Encoding.UTF8.GetString(record, at, length));
                at += Math.Max(length, 0);
                text.Append('\n');
            }
        }
        catch (ArgumentException)
        {
            return null; // a length beyond the record
        }

        return text.ToString();

        int ReadInt()
        {
            var value = BinaryPrimitives.ReadInt32BigEndian(record.AsSpan(at));
            at += 4;
            return value;
        }
    }
}
