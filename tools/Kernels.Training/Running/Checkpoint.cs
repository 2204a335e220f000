using System.Runtime.InteropServices;
using System.Text;
using Kernels.Training.Model;
using Kernels.Training.Numerics;

namespace Kernels.Training.Running;

/// <summary>The resumable state of a run in one file: parameters, both moments, counters. Written beside and renamed.</summary>
internal static class Checkpoint
{
    private static ReadOnlySpan<byte> Magic => "KRNTRN01"u8;

    /// <summary>Writes the state of <paramref name="run"/>; a reader sees the old file or the new one, never a part.</summary>
    public static void Save(string path, RunState run)
    {
        var draft = path + ".part";
        using (var stream = File.Create(draft))
        using (var writer = new BinaryWriter(stream, Encoding.UTF8))
        {
            writer.Write(Magic);
            writer.Write(run.Layout.Shape.ToString());
            writer.Write(run.Steps);
            writer.Write(run.Tokens);
            writer.Write(run.LongestSequence);
            writer.Write(run.Seconds);
            writer.Write(run.Layout.Length);
            foreach (var block in run.Blocks) writer.Write(MemoryMarshal.AsBytes(block.Span));
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Restores <paramref name="run"/>.</summary>
    /// <exception cref="InvalidDataException">The file is no checkpoint, is cut short, or holds another shape.</exception>
    public static void Load(string path, RunState run)
    {
        using var stream = File.OpenRead(path);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        try
        {
            if (!reader.ReadBytes(Magic.Length).AsSpan().SequenceEqual(Magic)) throw new InvalidDataException($"{path} is no training checkpoint.");
            var shape = reader.ReadString();
            if (shape != run.Layout.Shape.ToString())
                throw new InvalidDataException($"{path} holds {shape}, but this run trains {run.Layout.Shape}; choose another folder.");
            run.Steps = reader.ReadInt32();
            run.Tokens = reader.ReadInt64();
            run.LongestSequence = reader.ReadInt32();
            run.Seconds = reader.ReadDouble();
            if (reader.ReadInt32() != run.Layout.Length) throw new InvalidDataException($"{path} holds another number of parameters.");
            foreach (var block in run.Blocks) stream.ReadExactly(MemoryMarshal.AsBytes(block.Span));
            if (stream.ReadByte() >= 0) throw new InvalidDataException($"{path} goes on after its last block.");
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException($"{path} is cut short; delete it and resume from an older checkpoint.");
        }
    }
}
