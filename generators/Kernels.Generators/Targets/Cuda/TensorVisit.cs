using System.Globalization;
using Kernels.Generators.Emission;
using static Kernels.Generators.Targets.Cuda.TensorInstructions;

namespace Kernels.Generators.Targets.Cuda;

/// <summary>
/// Prints the tensor-core visit of attention: one text walks ranges of keys or lists of them, from a fresh state or a resumed
/// one. Scores, weights and outputs stay in registers (FlashAttention-2, arXiv 2307.08691, section 3.3); weights are rounded to
/// the storage type for the second product, their sums are not.
/// </summary>
internal sealed class TensorVisit(TensorElement element, TensorVisitTile tile, float scale, bool hasMask)
{
    private const string K = "global::Kernels", Group = "global::ILGPU.Group", View = "global::ILGPU.ArrayView";
    private const string Floor = "0fF149F2CA", Excluded = "0fFF7FFFFF", Zero = "0f00000000";

    private readonly Fragment[] _queries = Fragments("q", tile.HoldsQueries ? tile.Slices : 1, 4);
    private readonly Fragment[] _keys = Fragments("k", 2, 2);
    private readonly Fragment[] _values = Fragments("v", 2, 2);
    private readonly Fragment[] _weights = Fragments("p", tile.WeightSlices, 4);
    private readonly Fragment[] _scores = [.. Enumerable.Range(0, tile.ScoreFragments).Select(n => Fragment.Sums($"s{n}"))];
    private readonly Fragment[] _outputs = [.. Enumerable.Range(0, tile.HeadDim / 8).Select(n => Fragment.Sums($"o{n}"))];

    private string Storage => $"{K}.Gpu{element.Name}";

    /// <summary>Name of the kernel.</summary>
    public string Name => $"Visit{tile.Rows}{element.Name}";

    /// <summary>Writes the kernel; the methods it calls are <see cref="WriteCopy"/>'s.</summary>
    public void Write(SourceWriter writer)
    {
        writer.Line();
        using var _ = writer.Open($$"""
            private static void {{Name}}<TOrder, TRows>(
                {{View}}<{{Storage}}> queryMemory, {{View}}<{{Storage}}> keyMemory, {{View}}<{{Storage}}> valueMemory,
                ulong query, ulong key, ulong value, {{View}}<int> pages, {{View}}<{{Storage}}> output, {{View}}<float> logSumExp, {{View}}<float> state,
                {{View}}<int> bounds, {{View}}<{{K}}.KeyRange> ranges, {{View}}<int> listed, {{View}}<long> visited, {{K}}.VisitArguments a)
                where TOrder : struct, {{K}}.IKeyOrder where TRows : struct, {{K}}.IKeyRows
            """);
        WritePlace(writer);
        WriteState(writer);
        WriteQueries(writer);
        WriteTiles(writer);
        WriteEnd(writer);
    }

    /// <summary>Writes the method that starts copying the rows of a tile of keys or values.</summary>
    public static void WriteCopy(SourceWriter writer, TensorVisitTile tile)
    {
        writer.Line("\n[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)]");
        using (writer.Open($$"""
            private static void {{Copy(tile)}}<TOrder, TRows>(
                int thread, int target, ulong source, in {{K}}.HeadLayout layout, {{K}}.KeyTiles tile, {{View}}<int> pages, {{View}}<int> listed, long list)
                where TOrder : struct, {{K}}.IKeyOrder where TRows : struct, {{K}}.IKeyRows
            """))
        using (OpenRows(writer, tile, tile.Keys))
        {
            // Keys past the range's end read as zeros.
            writer.Line("var slot = tile.Start + row;");
            writer.Line("var k = slot < tile.Stop ? TOrder.Key(listed, list, slot) : 0;");
            EmitCopy(writer, tile, "target", "source + (ulong)(2 * (TRows.Offset(pages, layout, k) + chunk * 8))", "slot < tile.Stop ? 16 : 0");
        }
    }

    private static string Copy(TensorVisitTile tile) => $"CopyKeysOf{tile.Rows}";

    private static SourceWriter.Block OpenRows(SourceWriter writer, TensorVisitTile tile, int rows)
    {
        var guard = tile.CopyThreads == tile.Chunks ? "" : $" && chunk < {tile.Chunks}";
        return writer.Open(
            $"for (int row = thread >> {PowerOfTwo.Log(tile.CopyThreads)}, chunk = thread & {tile.CopyThreads - 1}; row < {rows}{guard}; row += {tile.Threads / tile.CopyThreads})");
    }

    private static void EmitCopy(SourceWriter writer, TensorVisitTile tile, string target, string source, string bytes) =>
        InlinePtx.EmitScope(writer,
            [".reg .b32 target;", "add.u32 target, shared, %0;", CopyAsync("target", "%1", "%2")],
            $"{target} + row * {tile.RowBytes} + chunk * 16", source, bytes);

    private void WritePlace(SourceWriter writer)
    {
        writer.Line($$"""
            var staged = global::ILGPU.SharedMemory.GetDynamic<{{K}}.Float4>().Cast<float>();
            var thread = {{Group}}.IdxX;
            var tile = {{K}}.QueryTile.Locate(a, {{tile.Rows}});
            if (tile.Count <= 0)
            {
                if (thread == 0) visited[tile.Counter] = 0;
                return;
            }

            var lane = thread & 31;
            var warp = thread >> 5;
            int row0 = warp * 16 + (lane >> 2), row1 = row0 + 8;
            int see0 = tile.LastKey(a, row0), see1 = tile.LastKey(a, row1);
            """);
        if (hasMask)
            writer.Line("""
                int head0 = tile.HeadOf(a, row0), position0 = a.FirstPosition + tile.Token(a, row0);
                int head1 = tile.HeadOf(a, row1), position1 = a.FirstPosition + tile.Token(a, row1);
                """);
        InlinePtx.Emit(writer,
        [
            ".reg .b32 shared, kx, vx, qx;",
            "mov.u32 shared, __dyn_shared_alloca;",
            .. new[] { _queries, _keys, _values, _weights, _scores, _outputs }.SelectMany(fragments => fragments).Select(fragment => fragment.Declaration),
            ".reg .f32 m0, m1, l0, l1;",
        ]);
    }

    private void WriteQueries(SourceWriter writer)
    {
        using (OpenRows(writer, tile, tile.Rows))
            EmitCopy(writer, tile, $"{tile.QueryOffset}", "query + (ulong)(2 * (tile.Place(a, a.Query, row) + chunk * 8))", "16");
        InlinePtx.Emit(writer, [CommitCopies, WaitForCopies(0)]);
        writer.Line($"{Group}.Barrier();");
        InlinePtx.Emit(writer, ["add.u32 qx, shared, %0;"], $"{tile.QueryOffset} + (warp * 16 + (lane & 15)) * {tile.RowBytes} + (lane >> 4) * 16");
        if (tile.HoldsQueries)
        {
            InlinePtx.Emit(writer, Enumerable.Range(0, tile.Slices).Select(LoadQueries));
            writer.Line($"{Group}.Barrier();");
        }

        writer.Line();
    }

    private string LoadQueries(int slice) => LoadMatrices([.. QueriesOf(slice).Registers], $"qx + {32 * slice}");

    private Fragment QueriesOf(int slice) => _queries[tile.HoldsQueries ? slice : 0];

    private void WriteState(SourceWriter writer)
    {
        using (writer.Open("if (a.Resume != 0)"))
        {
            using (writer.Open($"for (var row = warp; row < {tile.Rows}; row += {tile.Warps})"))
                writer.Line($"""
                    var place = (tile.StateRow + tile.First + global::System.Math.Min(row, tile.Count - 1)) * {tile.HeadDim + 2};
                    for (var c = lane; c < {tile.HeadDim + 2}; c += 32) staged[row * {tile.StatePitch} + c] = state[place + c];
                    """);
            writer.Line($"{Group}.Barrier();");

            // Lanes of a row hold parts of its sum: the first gets what there is.
            InlinePtx.EmitScope(writer,
            [
                ".reg .b32 x;", ".reg .pred first;", "setp.eq.s32 first, %1, 0;", "add.u32 x, shared, %0;",
                .. Loads(0), .. Loads(1), "add.u32 x, shared, %2;", .. Maximum(0), .. Maximum(1),
            ], StagedLane, "lane & 3", StagedRow);
            writer.Line($"{Group}.Barrier();");
        }

        using (writer.Open("else"))
            InlinePtx.Emit(writer,
            [
                .. _outputs.SelectMany(Clear), $"mov.f32 m0, {Floor};", $"mov.f32 m1, {Floor};", $"mov.f32 l0, {Zero};", $"mov.f32 l1, {Zero};",
            ]);
        writer.Line();

        IEnumerable<string> Loads(int row) =>
        [
            .. _outputs.Select((fragment, n) => $"ld.shared.v2.f32 {Half(fragment, row)}, [x + {RowOffset(row) + 32 * n}];"),
            $"mov.f32 l{row}, {Zero};", $"@first ld.shared.f32 l{row}, [x + {RowOffset(row) + 4 * tile.HeadDim + 4}];",
        ];

        IEnumerable<string> Maximum(int row) => [$"ld.shared.f32 m{row}, [x + {RowOffset(row) + 4 * tile.HeadDim}];"];
    }

    private void WriteTiles(SourceWriter writer)
    {
        var copyKeys = $"{Copy(tile)}<TOrder, TRows>(thread, 0, keys, a.Key, {{0}}, pages, listed, list);";
        writer.Line($$"""
            var keys = key + (ulong)(2 * a.Key.Row(tile.Batch, 0, tile.KeyHead));
            var values = value + (ulong)(2 * a.Value.Row(tile.Batch, 0, tile.KeyHead));
            var list = tile.List * a.ListStride;
            int first = bounds[2 * tile.List], last = bounds[2 * tile.List + 1];
            var share = {{K}}.SplitShare.Of<TOrder>(ranges, first, last, tile.Limit, a.Splits, {{tile.Keys}});
            var least = tile.LastKey(a, 0);
            var pairs = 0;
            var current = {{K}}.KeyTiles.Next<TOrder>(new {{K}}.KeyTiles { Range = first - 1 }, ranges, last, tile.Limit, {{tile.Keys}}, share);
            if (current.Start < current.Stop) {{string.Format(CultureInfo.InvariantCulture, copyKeys, "current")}}
            """);
        InlinePtx.Emit(writer, [CommitCopies]);
        InlinePtx.Emit(writer, ["add.u32 kx, shared, %0;", "add.u32 vx, shared, %1;"],
            $"(lane >> 4 << 3 | lane & 7) * {tile.RowBytes} + (lane >> 3 & 1) * 16",
            $"{tile.ValueOffset} + (lane & 15) * {tile.RowBytes} + (lane >> 4) * 16");
        using (writer.Open("while (current.Start < current.Stop)"))
        {
            writer.Line($"{Copy(tile)}<TOrder, TRows>(thread, {tile.ValueOffset}, values, a.Value, current, pages, listed, list);");
            InlinePtx.Emit(writer, [CommitCopies, WaitForCopies(1)]);
            writer.Line($"{Group}.Barrier();");
            WriteScores(writer);
            writer.Line($$"""
                {{Group}}.Barrier();
                var next = {{K}}.KeyTiles.Next<TOrder>(current, ranges, last, tile.Limit, {{tile.Keys}}, share);
                if (next.Start < next.Stop) {{string.Format(CultureInfo.InvariantCulture, copyKeys, "next")}}
                """);
            InlinePtx.Emit(writer, [CommitCopies]);
            WriteExclusion(writer);
            WriteSoftmax(writer);
            InlinePtx.Emit(writer, [WaitForCopies(1)]);
            writer.Line($"{Group}.Barrier();");
            WriteValues(writer);
            writer.Line($"{Group}.Barrier();\ncurrent = next;");
        }

        writer.Line();
    }

    private void WriteScores(SourceWriter writer)
    {
        var lines = _scores.SelectMany(Clear).ToList();
        for (var slice = 0; slice < tile.Slices; slice++)
        {
            if (!tile.HoldsQueries) lines.Add(LoadQueries(slice));
            for (var n = 0; n < _scores.Length; n += 2)
            {
                lines.Add(LoadMatrices([.. _keys[0].Registers, .. _keys[1].Registers], $"kx + {n * 8 * tile.RowBytes + 32 * slice}"));
                lines.Add(MultiplyAdd(element, _scores[n], QueriesOf(slice), _keys[0]));
                lines.Add(MultiplyAdd(element, _scores[n + 1], QueriesOf(slice), _keys[1]));
            }
        }

        lines.AddRange(_scores.SelectMany(fragment => fragment.Registers).Select(score => $"mul.f32 {score}, {score}, {Bits(scale)};"));
        InlinePtx.Emit(writer, lines);
    }

    /// <summary>
    /// Bit 2n + i of <c>admitted</c> says whether row 0 sees the key of score s{n}_{i}, bit 16 + 2n + i whether row 1 sees that of
    /// s{n}_{2 + i}: C# decides about pairs, registers keep the scores.
    /// </summary>
    private void WriteExclusion(SourceWriter writer)
    {
        var (asked0, asked1) = hasMask
            ? (" && (current.Partial == 0 || Mask(tile.Batch, head0, position0, k))", " && (current.Partial == 0 || Mask(tile.Batch, head1, position1, k))")
            : ("", "");
        var all = (1u << tile.Keys / 4) - 1;
        writer.Line($"var admitted = (row0 < tile.Count ? {all}u : 0u) | (row1 < tile.Count ? {all << 16}u : 0u);");
        using (writer.Open($"if ({(hasMask ? "current.Partial != 0 || " : "")}current.Start + {tile.Keys} > current.Stop || TOrder.Key(listed, list, current.Start + {tile.Keys - 1}) > least)"))
        {
            writer.Line("admitted = 0u;");
            using (writer.Open($"for (var e = 0; e < {tile.Keys / 4}; e++)"))
                writer.Line($$"""
                    var slot = current.Start + (e >> 1 << 3) + ((lane & 3) << 1) + (e & 1);
                    if (slot >= current.Stop) continue;
                    var k = TOrder.Key(listed, list, slot);
                    if (k <= see0{{asked0}}) admitted |= 1u << e;
                    if (k <= see1{{asked1}}) admitted |= 0x10000u << e;
                    """);
            var lines = new List<string> { ".reg .pred seen;", ".reg .b32 bit;" };
            for (var n = 0; n < _scores.Length; n++)
                for (var i = 0; i < 4; i++)
                    lines.AddRange(
                    [
                        $"and.b32 bit, %0, {1u << (i / 2 * 16 + 2 * n + i % 2)};", "setp.ne.s32 seen, bit, 0;",
                        $"selp.f32 {_scores[n][i]}, {_scores[n][i]}, {Excluded}, seen;",
                    ]);
            InlinePtx.EmitScope(writer, lines, "admitted");
        }

        writer.Line("pairs += global::ILGPU.IntrinsicMath.PopCount(admitted);");
    }

    /// <summary>Moves the maxima, turns scores into weights, and scales what was accumulated.</summary>
    private void WriteSoftmax(SourceWriter writer)
    {
        var lines = new List<string> { ".reg .f32 n, f, t;" };
        for (var row = 0; row < 2; row++)
        {
            var scores = _scores.SelectMany(fragment => new[] { fragment[2 * row], fragment[2 * row + 1] }).ToArray();
            var (maximum, sum) = ($"m{row}", $"l{row}");
            lines.Add($"mov.f32 n, {maximum};");
            lines.AddRange(scores.Select(score => $"max.f32 n, n, {score};"));
            lines.AddRange(OverRow("n", "max"));
            lines.AddRange([$"sub.f32 f, {maximum}, n;", "ex2.approx.ftz.f32 f, f;", $"mov.f32 {maximum}, n;", $"mul.f32 {sum}, {sum}, f;"]);
            foreach (var score in scores)
                lines.AddRange([$"sub.f32 {score}, {score}, n;", $"ex2.approx.ftz.f32 {score}, {score};", $"add.f32 {sum}, {sum}, {score};"]);
            lines.AddRange(_outputs.SelectMany(fragment => new[] { fragment[2 * row], fragment[2 * row + 1] }).Select(output => $"mul.f32 {output}, {output}, f;"));
        }

        // Two neighbouring fragments of scores are the left operand of 16 keys.
        for (var slice = 0; slice < _weights.Length; slice++)
            for (var register = 0; register < 4; register++)
            {
                var score = _scores[2 * slice + register / 2];
                lines.Add($"cvt.rn.{element.Ptx}x2.f32 {_weights[slice][register]}, {score[register % 2 * 2 + 1]}, {score[register % 2 * 2]};");
            }

        InlinePtx.EmitScope(writer, lines);
    }

    private void WriteValues(SourceWriter writer)
    {
        var lines = new List<string>();
        for (var slice = 0; slice < _weights.Length; slice++)
            for (var n = 0; n < _outputs.Length; n += 2)
            {
                lines.Add(LoadMatrices([.. _values[0].Registers, .. _values[1].Registers], $"vx + {slice * 16 * tile.RowBytes + 16 * n}", transposed: true));
                lines.Add(MultiplyAdd(element, _outputs[n], _weights[slice], _values[0]));
                lines.Add(MultiplyAdd(element, _outputs[n + 1], _weights[slice], _values[1]));
            }

        InlinePtx.Emit(writer, lines);
    }

    /// <summary>States of all rows go through shared memory; from there they are left, or written as output and log-sum-exp.</summary>
    private void WriteEnd(SourceWriter writer)
    {
        InlinePtx.EmitScope(writer,
        [
            ".reg .b32 x;", ".reg .f32 t;", ".reg .pred first;", "setp.eq.s32 first, %1, 0;", "add.u32 x, shared, %0;", WaitForCopies(0),
            .. OverRow("l0", "add"), .. OverRow("l1", "add"), .. Stores(0), .. Stores(1),
        ], StagedLane, "lane & 3");
        writer.Line($"{Group}.Barrier();\n");
        using (writer.Open($"for (var row = warp; row < tile.Count; row += {tile.Warps})"))
        {
            writer.Line($"var from = row * {tile.StatePitch};");
            using (writer.Open("if (a.Leave != 0)"))
                writer.Line($"""
                    var place = (tile.StateRow + tile.First + row) * {tile.HeadDim + 2};
                    for (var c = lane; c < {tile.HeadDim + 2}; c += 32) state[place + c] = staged[from + c];
                    """);
            using (writer.Open("else"))
                writer.Line($"""
                    float maximum = staged[from + {tile.HeadDim}], sum = staged[from + {tile.HeadDim + 1}];
                    var place = tile.Place(a, a.Output, row);
                    var scale = {K}.SoftmaxState.Normaliser(sum);
                    for (var c = lane; c < {tile.HeadDim}; c += 32) output[place + c] = {Storage}.FromFloat(staged[from + c] * scale);
                    if (lane == 0 && a.HasLogSumExp != 0) logSumExp[tile.Place(a, a.LogSumExp, row)] = {K}.SoftmaxState.LogSumExp(maximum, sum);
                    """);
        }

        writer.Line();
        writer.Line($$"""
            {{Group}}.Barrier();
            var counts = staged.Cast<int>();
            counts[thread] = pairs;
            {{Group}}.Barrier();
            if (thread == 0)
            {
                var total = 0L;
                for (var i = 0; i < {{tile.Threads}}; i++) total += counts[i];
                visited[tile.Counter] = total;
            }
            """);

        IEnumerable<string> Stores(int row) =>
        [
            .. _outputs.Select((fragment, n) => $"st.shared.v2.f32 [x + {RowOffset(row) + 32 * n}], {Half(fragment, row)};"),
            $"@first st.shared.v2.f32 [x + {RowOffset(row) + 4 * tile.HeadDim}], {{m{row}, l{row}}};",
        ];
    }

    // Where a lane's first outputs of row 0 are staged, and where the row begins; row 1 is eight rows on.
    private string StagedLane => $"{StagedRow} + (lane & 3) * 8";

    private string StagedRow => $"row0 * {tile.StatePitch * 4}";

    private int RowOffset(int row) => row * 8 * tile.StatePitch * 4;

    private static string Half(Fragment fragment, int row) => Fragment.Operand([fragment[2 * row], fragment[2 * row + 1]]);

    /// <summary>Combines a value of the four lanes that share a row; t is scratch.</summary>
    private static IEnumerable<string> OverRow(string register, string operation) =>
        new[] { 1, 2 }.SelectMany(distance => new[]
        {
            $"shfl.sync.bfly.b32 t, {register}, {distance}, 31, 0xFFFFFFFF;", $"{operation}.f32 {register}, {register}, t;",
        });

    private static Fragment[] Fragments(string name, int count, int registers) =>
        [.. Enumerable.Range(0, count).Select(index => new Fragment($"{name}{index}", registers))];

    private static string Bits(float value) => $"0f{BitConverter.ToUInt32(BitConverter.GetBytes(value), 0):X8}";
}
