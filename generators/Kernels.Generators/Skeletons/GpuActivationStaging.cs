using Kernels.Generators.Emission;
using static Kernels.Generators.Emission.Unrolled;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// How the threads of a tile bring columns of its activation rows to shared memory, [depth][4 · quads]: transposed, so that a thread
/// reads four rows of a column at once.
/// </summary>
/// <param name="writer">Where to write. In scope: x, a, thread, firstRow.</param>
/// <param name="rows">Activation rows of a tile.</param>
/// <param name="threads">Threads of a tile.</param>
/// <param name="depth">Columns that go through shared memory at once.</param>
internal sealed class GpuActivationStaging(SourceWriter writer, int rows, int threads, int depth)
{
    // A warp stages 8 columns of 4 rows: whole sectors of memory, and no two threads in one bank.
    private const int Columns = 8, ColumnBits = 3;

    private readonly int[] _passes = [.. Enumerable.Range(0, rows * Columns / threads)];

    /// <summary>Quads from column to column; one spare quad spreads them over the banks.</summary>
    public static int QuadsOf(int rows) => rows / 4 + 1;

    /// <summary>Declares the shared memory, <c>activations</c> by quads and <c>activation</c> by rows, and what a thread stages.</summary>
    public void Begin()
    {
        writer.Line($$"""
            var activations = global::ILGPU.SharedMemory.Allocate<global::Kernels.Float4>({{depth * QuadsOf(rows)}});
            var activation = activations.Cast<float>();
            int stagedColumn = thread & {{Columns - 1}}, stagedRow = thread >> {{ColumnBits}};
            """);

        // Rows past the end repeat the last one: their sums are not stored.
        foreach (var pass in _passes)
            writer.Line($"var x{pass} = a.Input + global::System.Math.Min(firstRow + stagedRow{Plus(pass * threads / Columns)}, a.Rows - 1) * a.InputStride + stagedColumn;");
    }

    /// <summary>Stages columns <c>first</c> to <c>first + depth</c>, zeros past the last.</summary>
    public void Stage()
    {
        for (var column = 0; column < depth; column += Columns)
        {
            using (writer.Open($"if (first + stagedColumn{Plus(column)} < a.Inputs)"))
                foreach (var pass in _passes) writer.Line($"{Place(pass, column)} = x[x{pass} + first{Plus(column)}];");
            using (writer.Open("else"))
                foreach (var pass in _passes) writer.Line($"{Place(pass, column)} = 0;");
        }
    }

    private string Place(int pass, int column) =>
        $"activation[(stagedColumn{Plus(column)}) * {4 * QuadsOf(rows)} + stagedRow{Plus(pass * threads / Columns)}]";
}
