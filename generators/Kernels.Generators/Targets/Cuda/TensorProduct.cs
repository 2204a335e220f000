using Kernels.Generators.Emission;
using Kernels.Generators.Specs;
using Kernels.Generators.Targets.Gpu;
using static Kernels.Generators.Targets.Cuda.TensorInstructions;

namespace Kernels.Generators.Targets.Cuda;

/// <summary>
/// Prints the tensor-core kernel of a product. Steps of packed weights and of activations are copied to shared memory some
/// stages ahead of their use; sums stay in registers, go through shared memory once and leave as rows of the output.
/// </summary>
internal sealed class TensorProduct(TensorElement element, TensorProductTile tile, UserMethodSpec? epilogue)
{
    private const string Group = "global::ILGPU.Group", Grid = "global::ILGPU.Grid", View = "global::ILGPU.ArrayView", Math = "global::System.Math";

    private readonly Fragment[] _weights = Name(tile.FragmentsDown, index => new Fragment($"a{index}", 4));
    private readonly Fragment[] _activations = Name(tile.FragmentsAcross, index => new Fragment($"b{index}", tile.IsSparse ? 4 : 2));
    private readonly Fragment _positions = new("e", tile.FragmentsDown / 2);

    // Threads fetch 16 bytes each; whole passes of the group, and for weights the rest.
    private int WeightPasses => tile.WeightBytes / 16 / tile.Threads;
    private int WeightRest => tile.WeightBytes / 16 % tile.Threads;
    private int ActivationPasses => tile.Tokens * tile.Activations.Chunks / tile.Threads;

    /// <summary>Writes the kernel, called Multiply, and the methods it calls.</summary>
    public void Write(SourceWriter writer)
    {
        using (writer.Open($$"""
            private static void Multiply<TOutput>(
                {{View}}<byte> weightMemory, {{View}}<byte> activationMemory, ulong weights, ulong activations, long activationStride,
                {{View}}<TOutput> output, long outputStride, {{View}}<float> bias, {{View}}<TOutput> operand, long operandStride, int hasBias, int hasOperand,
                int rows, int inputs, int outputs)
                where TOutput : unmanaged, global::Kernels.IGpuElement<TOutput>
            """))
        {
            WritePlace(writer);
            WriteSources(writer);
            WriteRegisters(writer);
            WritePipeline(writer);
            WriteResults(writer);
        }

        writer.Line();
        WriteCopy(writer);
        if (epilogue is null) return;
        writer.Line();
        GpuExpression.Printer.WriteMethod(writer, "Finish", epilogue);
    }

    private void WritePlace(SourceWriter writer) => writer.Line($"""
        var thread = {Group}.IdxX;
        var lane = thread & 31;
        var down = thread >> 5 & {tile.WarpsDown - 1};
        var across = thread >> {5 + PowerOfTwo.Log(tile.WarpsDown)};
        var steps = inputs + {TensorProductTile.Inputs - 1} >> {PowerOfTwo.Log(TensorProductTile.Inputs)};

        """);

    /// <summary>What this thread copies in every step: its chunks of the weights, and a chunk of some rows of activations.</summary>
    private void WriteSources(SourceWriter writer)
    {
        var chunks = tile.Activations.Chunks;
        writer.Line($"""
            var weightSource = weights + (ulong)((long){Grid}.IdxY * steps * {tile.WeightBytes} + thread * 16);
            var copiedRow = thread >> {PowerOfTwo.Log(chunks)};
            var copiedChunk = thread & {chunks - 1};
            var activationTarget = {tile.WeightBytes} + {tile.Activations.Offset("copiedRow", "copiedChunk")};
            """);
        for (var pass = 0; pass < ActivationPasses; pass++)
            writer.Line($"""
                var token{pass} = {Grid}.IdxX * {tile.Tokens} + copiedRow + {pass * tile.Threads / chunks};
                var source{pass} = activations + (ulong)(2 * ({Math}.Min(token{pass}, rows - 1) * activationStride + copiedChunk * 8));
                var left{pass} = token{pass} < rows ? 2 * (inputs - copiedChunk * 8) : 0;
                """);
        writer.Line();
    }

    private void WriteRegisters(SourceWriter writer)
    {
        writer.Line($"var staged = global::ILGPU.SharedMemory.GetDynamic<global::ILGPU.Algorithms.Vectors.Float32x4>().Cast<float>();");
        InlinePtx.Emit(writer,
        [
            $".reg .b32 shared, w, x0, {(tile.IsSparse ? "p" : "x1")};",
            "mov.u32 shared, __dyn_shared_alloca;",
            .. _weights.Select(fragment => fragment.Declaration),
            .. _activations.Select(fragment => fragment.Declaration),
            .. tile.IsSparse ? [_positions.Declaration] : Array.Empty<string>(),
            .. AllSums().Select(fragment => fragment.Declaration),
            .. AllSums().SelectMany(Clear),
        ]);
        writer.Line();
    }

    private void WritePipeline(SourceWriter writer)
    {
        // Lanes 8i to 8i + 7 name the rows of matrix i: 16 tokens × 16 inputs, or 8 tokens × 32 inputs for sparse weights.
        var (row, chunk) = tile.IsSparse ? ("(lane & 7)", "(lane >> 3)") : ("(lane >> 4 << 3 | lane & 7)", "(lane >> 3 & 1)");
        writer.Line($"""
            var weightOffset = down * {tile.FragmentsDown * TensorProductTile.FragmentBytes} + lane * 16;
            var activationOffset = {tile.WeightBytes} + across * {tile.FragmentsAcross * 8 * tile.Activations.RowBytes} + {tile.Activations.Offset(row, chunk)};
            """);
        if (tile.IsSparse) writer.Line($"var positionOffset = {tile.ValueBytes} + down * {tile.FragmentsDown / 2 * TensorProductTile.PositionBytes} + lane * 4;");

        writer.Line("int read = 0, write = 0, ahead = 0;");
        using (writer.Open($"for (; ahead < {TensorProductTile.Stages - 1}; ahead++)")) WriteStart(writer);
        writer.Line();
        using (writer.Open("for (var step = 0; step < steps; step++)"))
        {
            // The barrier shows everyone's copies of this step, and that everyone has used the stage which is filled next.
            InlinePtx.Emit(writer, [WaitForCopies(TensorProductTile.Stages - 2)]);
            writer.Line($"{Group}.Barrier();");
            WriteStart(writer);
            writer.Line("ahead++;");
            if (tile.IsSparse) WriteSparseStep(writer);
            else WriteDenseStep(writer);
            WriteNextStage(writer, "read");
        }

        writer.Line();
        InlinePtx.Emit(writer, [WaitForCopies(0)]);
    }

    /// <summary>Starts the copies of step <c>ahead</c>, if there is one, and moves on.</summary>
    private void WriteStart(SourceWriter writer)
    {
        var sources = string.Concat(Enumerable.Range(0, ActivationPasses).Select(pass => $", source{pass}, left{pass}"));
        writer.Line($"if (ahead < steps) Copy(thread, write, weightSource, activationTarget{sources});");
        InlinePtx.Emit(writer, [CommitCopies]);
        writer.Line($"weightSource += {tile.WeightBytes};");
        for (var pass = 0; pass < ActivationPasses; pass++)
            writer.Line($"source{pass} += {2 * TensorProductTile.Inputs};\nleft{pass} -= {2 * TensorProductTile.Inputs};");
        WriteNextStage(writer, "write");
    }

    private void WriteNextStage(SourceWriter writer, string stage) =>
        writer.Line($"{stage} = {stage} == {(TensorProductTile.Stages - 1) * tile.StageBytes} ? 0 : {stage} + {tile.StageBytes};");

    private void WriteDenseStep(SourceWriter writer)
    {
        // A slice is two chunks wide: exchanging chunks leaves slices of a row 32 bytes apart, in either order.
        InlinePtx.Emit(writer,
            ["add.u32 w, shared, %0;", "add.u32 x0, shared, %1;", "add.u32 x1, shared, %2;"],
            "read + weightOffset", "read + activationOffset", "read + (activationOffset ^ 32)");
        for (var slice = 0; slice < tile.Slices; slice++)
        {
            var lines = _weights.Select((fragment, m) => LoadFragment(fragment, $"w + {(slice * TensorProductTile.Outputs / 16 + m) * TensorProductTile.FragmentBytes}")).ToList();
            for (var n = 0; n < _activations.Length; n += 2)
                lines.Add(LoadMatrices([.. _activations[n].Registers, .. _activations[n + 1].Registers], $"x{slice} + {n * 8 * tile.Activations.RowBytes}"));
            for (var m = 0; m < _weights.Length; m++)
                for (var n = 0; n < _activations.Length; n++)
                    lines.Add(MultiplyAdd(element, Sums(m, n), _weights[m], _activations[n]));
            InlinePtx.Emit(writer, lines);
        }
    }

    private void WriteSparseStep(SourceWriter writer)
    {
        InlinePtx.Emit(writer,
            ["add.u32 w, shared, %0;", "add.u32 x0, shared, %1;", "add.u32 p, shared, %2;"],
            "read + weightOffset", "read + activationOffset", "read + positionOffset");
        var lines = _weights.Select((fragment, m) => LoadFragment(fragment, $"w + {m * TensorProductTile.FragmentBytes}")).ToList();
        lines.AddRange(_positions.Registers.Select((register, pair) => $"ld.shared.b32 {register}, [p + {pair * TensorProductTile.PositionBytes}];"));
        lines.AddRange(_activations.Select((fragment, n) => LoadMatrices([.. fragment.Registers], $"x0 + {n * 8 * tile.Activations.RowBytes}")));
        for (var m = 0; m < _weights.Length; m++)
            for (var n = 0; n < _activations.Length; n++)
                lines.Add(SparseMultiplyAdd(element, Sums(m, n), _weights[m], _activations[n], _positions[m / 2], m % 2));
        InlinePtx.Emit(writer, lines);
    }

    /// <summary>Turns sums, which lie in lanes by outputs, into rows of tokens by way of shared memory.</summary>
    private void WriteResults(SourceWriter writer)
    {
        const int outputs = TensorProductTile.Outputs, pitch = 4 * TensorProductTile.StagedPitch;
        var parts = tile.Tokens / tile.StagedTokens;
        var warpsOfPart = tile.WarpsAcross / parts;
        writer.Line($"""
            var stagedOffset = ((across & {warpsOfPart - 1}) * {tile.FragmentsAcross * 8} + (lane & 3) * 2) * {pitch} + (down * {tile.FragmentsDown * 16} + (lane >> 2)) * 4;
            var column = {Grid}.IdxY * {outputs} + (thread & {outputs - 1});
            """);
        using (writer.Open($"for (var part = 0; part < {parts}; part++)"))
        {
            writer.Line($"{Group}.Barrier();");
            using (writer.Open($"if (across >> {PowerOfTwo.Log(warpsOfPart)} == part)"))
            {
                var stores =
                    from m in Enumerable.Range(0, tile.FragmentsDown)
                    from n in Enumerable.Range(0, tile.FragmentsAcross)
                    from i in Enumerable.Range(0, 4)
                    select $"st.shared.f32 [w + {(n * 8 + i % 2) * pitch + (m * 16 + i / 2 * 8) * 4}], {Sums(m, n)[i]};";
                InlinePtx.Emit(writer, ["add.u32 w, shared, %0;", .. stores], "stagedOffset");
            }

            writer.Line($"{Group}.Barrier();");
            using (writer.Open($"for (var row = thread >> {PowerOfTwo.Log(outputs)}; row < {tile.StagedTokens}; row += {tile.Threads / outputs})"))
            {
                writer.Line($"var token = {Grid}.IdxX * {tile.Tokens} + part * {tile.StagedTokens} + row;");
                using (writer.Open("if (token < rows && column < outputs)"))
                {
                    writer.Line($"var value = staged[row * {TensorProductTile.StagedPitch} + (thread & {outputs - 1})];");
                    writer.Line("if (hasBias != 0) value += bias[column];");
                    if (epilogue is not { TakesOperand: true })
                        writer.Line("if (hasOperand != 0) value += TOutput.ToFloat(operand[token * operandStride + column]);");
                    var finished = epilogue switch
                    {
                        null => "value",
                        { TakesOperand: true } => "Finish(value, TOutput.ToFloat(operand[token * operandStride + column]))",
                        _ => "Finish(value)",
                    };
                    writer.Line($"output[token * outputStride + column] = TOutput.FromFloat({finished});");
                }
            }
        }
    }

    private void WriteCopy(SourceWriter writer)
    {
        var sources = string.Concat(Enumerable.Range(0, ActivationPasses).Select(pass => $", ulong source{pass}, int left{pass}"));
        writer.Line("[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]");
        using (writer.Open($"private static void Copy(int thread, int stage, ulong weightSource, int activationTarget{sources})"))
        {
            var passBytes = 16 * tile.Threads;
            var lines = new List<string> { ".reg .b32 target;", "add.u32 target, shared, %0;" };
            for (var pass = 0; pass < WeightPasses; pass++) lines.Add(CopyAsync($"target + {pass * passBytes}", $"%1 + {pass * passBytes}"));
            if (WeightRest > 0)
            {
                lines.AddRange([".reg .pred rest;", $"setp.lt.s32 rest, %2, {WeightRest};"]);
                lines.Add("@rest " + CopyAsync($"target + {WeightPasses * passBytes}", $"%1 + {WeightPasses * passBytes}"));
                InlinePtx.EmitScope(writer, lines, "stage + thread * 16", "weightSource", "thread");
            }
            else
            {
                InlinePtx.EmitScope(writer, lines, "stage + thread * 16", "weightSource");
            }

            // Rows past the last and columns past the last are zeros.
            for (var pass = 0; pass < ActivationPasses; pass++)
                InlinePtx.EmitScope(writer,
                    [".reg .b32 target;", "add.u32 target, shared, %0;", CopyAsync($"target + {pass * passBytes}", "%1", "%2")],
                    "stage + activationTarget", $"source{pass}", $"{Math}.Min({Math}.Max(left{pass}, 0), 16)");
        }
    }

    private static Fragment[] Name(int count, Func<int, Fragment> name) => [.. Enumerable.Range(0, count).Select(name)];

    private static Fragment Sums(int m, int n) => Fragment.Sums($"c{m}_{n}");

    private IEnumerable<Fragment> AllSums() =>
        from m in Enumerable.Range(0, tile.FragmentsDown)
        from n in Enumerable.Range(0, tile.FragmentsAcross)
        select Sums(m, n);
}
