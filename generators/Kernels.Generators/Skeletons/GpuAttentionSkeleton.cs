using Kernels.Generators.Emission;
using static Kernels.Generators.Skeletons.GpuAttentionTile;

namespace Kernels.Generators.Skeletons;

/// <summary>
/// The loop nests of attention on a GPU, written once: a visit that walks key ranges or key lists with an online softmax, and
/// the identification of keys near an anchor. A tile of scores goes through shared memory a chunk of channels at a time;
/// scores, weights and outputs are named locals. Both lowerings print the same text: shuffles would save one of the passes
/// through shared memory between scores and weights, a few percent of a tile's arithmetic.
/// </summary>
/// <param name="writer">Where to write.</param>
/// <param name="tile">The division of a tile among threads.</param>
/// <param name="hasMask">Whether a method <c>Mask(batch, head, query, key)</c> is in scope.</param>
/// <param name="hasScore">Whether a method <c>Score(score, batch, head, query, key)</c> is in scope as well.</param>
internal sealed class GpuAttentionSkeleton(SourceWriter writer, GpuAttentionTile tile, bool hasMask, bool hasScore)
{
    private const string K = "global::Kernels";
    private const string View = "global::ILGPU.ArrayView";
    private const string Max = "global::ILGPU.Algorithms.XMath.Max";
    private const string Barrier = "global::ILGPU.Group.Barrier();";

    private static readonly IEnumerable<int> Keys = Enumerable.Range(0, KeysPerThread);

    private readonly IEnumerable<int> _rows = Enumerable.Range(0, tile.RowsPerThread), _vectors = Enumerable.Range(0, tile.Vectors);

    /// <summary>Writes a kernel that visits the ranges of a query tile with every row, from a fresh or an earlier state.</summary>
    public void WriteVisit(string name)
    {
        writer.Line();
        using (writer.Open($$"""
            private static void {{name}}<TQuery, TKey, TOrder, TRows>(
                {{View}}<TQuery> query, {{View}}<TKey> key, {{View}}<TKey> value, {{View}}<int> pages, {{View}}<TQuery> output, {{View}}<float> logSumExp,
                {{View}}<float> state, {{View}}<int> bounds, {{View}}<{{K}}.KeyRange> ranges, {{View}}<int> listed, {{View}}<long> visited, {{K}}.VisitArguments a)
                where TQuery : unmanaged, {{K}}.IGpuElement<TQuery> where TKey : unmanaged, {{K}}.IGpuElement<TKey>
                where TOrder : struct, {{K}}.IKeyOrder where TRows : struct, {{K}}.IKeyRows
            """))
        {
            DeclareStage();
            writer.Line($$"""
                var lanes = global::ILGPU.SharedMemory.Allocate<{{K}}.Float4>({{tile.Rows * Lanes / 4}});
                var lane = lanes.Cast<float>();
                var weights = global::ILGPU.SharedMemory.Allocate<{{K}}.Float4>({{tile.Rows * WeightStride}});
                var weight = weights.Cast<float>();
                var places = global::ILGPU.SharedMemory.Allocate<long>({{tile.Rows}});
                var tile = {{K}}.QueryTile.Locate(a, {{tile.Rows}});
                if (tile.Count <= 0)
                {
                    if (thread == 0) visited[tile.Counter] = 0;
                    return;
                }

                for (var row = thread; row < {{tile.Rows}}; row += {{tile.Threads}}) places[row] = tile.Place(a, a.Query, row);
                var keys = a.Key.Row(tile.Batch, 0, tile.KeyHead);
                var values = a.Value.Row(tile.Batch, 0, tile.KeyHead);
                var list = tile.List * a.ListStride;
                var pairs = 0;
                """);
            foreach (var r in _rows)
            {
                writer.Line($"var see{r} = tile.LastKey(a, {Row(r)});");
                writer.Line($"float m{r} = {K}.SoftmaxState.Floor, l{r} = 0;");
                foreach (var v in _vectors) writer.Line($"var o{r}_{v} = new {K}.Float4();");
            }

            WriteResume();
            writer.Line($$"""
                {{Barrier}}

                int first = bounds[2 * tile.List], last = bounds[2 * tile.List + 1], passed = 0;
                var share = {{K}}.SplitShare.Of<TOrder>(ranges, first, last, tile.Limit, a.Splits, {{GpuAttentionTile.Keys}});
                """);
            using (writer.Open("for (var part = first; part < last; part++)"))
            {
                writer.Line("""
                    var range = ranges[part];
                    var length = TOrder.End(range, tile.Limit) - range.Start;
                    if (length <= 0) continue;
                    var start = range.Start + global::System.Math.Max(share.From - passed, 0);
                    var stop = range.Start + global::System.Math.Min(share.To - passed, length);
                    passed += length;
                    """);
                using (writer.Open($"for (; start < stop; start += {GpuAttentionTile.Keys})"))
                {
                    WriteScores("TQuery.ToFloat(query[places[row] + c]) * Scale", "TOrder.Key(listed, list, start + row)");
                    WriteExclusion();
                    WriteSoftmax();
                    WriteValues();
                }
            }

            WriteEnd();
        }
    }

    /// <summary>
    /// Writes a kernel that marks the candidate keys whose score with a pooled query of the row group reaches that query's
    /// threshold.
    /// </summary>
    public void WriteIdentify(string name)
    {
        writer.Line();
        using (writer.Open($$"""
            private static void {{name}}<TKey, TRows>(
                {{View}}<float> pooled, {{View}}<float> thresholds, {{View}}<TKey> key, {{View}}<int> pages, {{View}}<{{K}}.KeyRange> candidates, {{View}}<byte> marks,
                {{K}}.SelectArguments a)
                where TKey : unmanaged, {{K}}.IGpuElement<TKey> where TRows : struct, {{K}}.IKeyRows
            """))
        {
            DeclareStage();
            writer.Line($$"""
                int pair = global::ILGPU.Grid.IdxZ, group = global::ILGPU.Grid.IdxY;
                var range = candidates[a.FirstGroup + group];
                var start = range.Start + global::ILGPU.Grid.IdxX * {{GpuAttentionTile.Keys}};
                var stop = range.End;
                if (start >= stop) return;
                var batch = (a.FirstPair + pair) / a.Heads;
                var keys = a.Key.Row(batch, 0, (a.FirstPair + pair - batch * a.Heads) / a.Group);
                var endPool = global::System.Math.Min((a.FirstGroup + group + 1) * a.Step - a.FirstPool, a.Pools);
                int {{Join(Keys, j => $"hit{j} = 0")}};
                """);
            using (writer.Open($"for (var pool = global::System.Math.Max((a.FirstGroup + group) * a.Step - a.FirstPool, 0); pool < endPool; pool += {tile.Rows})"))
            {
                writer.Line("var pools = pair * a.Pools + pool;\nvar lastRow = endPool - 1 - pool;");
                WriteScores($"pooled[(long)(pools + global::System.Math.Min(row, lastRow)) * {tile.HeadDim} + c]", "start + row");
                foreach (var r in _rows)
                {
                    writer.Line($"var threshold{r} = thresholds[pools + global::System.Math.Min({Row(r)}, lastRow)];");
                    writer.Line(Lines(Keys, j => $"hit{j} |= s{r}_{j} >= threshold{r} ? 1 : 0;"));
                }
            }

            writer.Line($$"""
                var hits = stage.Cast<int>();
                {{Lines(Keys, j => $"hits[thread{(j == 0 ? "" : $" + {j * tile.Threads}")}] = hit{j};")}}
                {{Barrier}}
                for (var slot = thread; slot < global::System.Math.Min({{GpuAttentionTile.Keys}}, stop - start); slot += {{tile.Threads}})
                {
                    var hit = 0;
                    for (var row = 0; row < {{tile.Threads / Lanes}}; row++) hit |= hits[(slot >> 4) * {{tile.Threads}} + row * {{Lanes}} + (slot & {{Lanes - 1}})];
                    marks[(pair * a.Groups + group) * a.ListStride + start - range.Start + slot] = (byte)hit;
                }
                """);
        }
    }

    private void DeclareStage() => writer.Line($$"""
        var stage = global::ILGPU.SharedMemory.Allocate<{{K}}.Float4>({{tile.StageVectors}});
        var staged = stage.Cast<float>();
        var thread = global::ILGPU.Group.IdxX;
        var tx = thread & {{Lanes - 1}};
        var ty = (thread >> 4) * {{tile.RowsPerThread}};
        """);

    /// <summary>Declares the scores s{row}_{key} of the tile's rows with keys from <c>start</c>; keys from <c>stop</c> on read as 0.</summary>
    /// <param name="query">Channel <c>c</c> of row <c>row</c>.</param>
    /// <param name="key">The key at slot <c>start + row</c>.</param>
    private void WriteScores(string query, string key)
    {
        foreach (var r in _rows) writer.Line($"float {Join(Keys, j => $"s{r}_{j} = 0")};");
        var (step, floats) = (tile.Threads >> tile.LoadShift, tile.ChunkStride * 4);
        var pads = tile.Chunks * tile.ChunkVectors * 4 != tile.HeadDim;
        using (writer.Open($"for (var chunk = 0; chunk < {tile.HeadDim}; chunk += {tile.ChunkVectors * 4})"))
        {
            writer.Line($$"""
                int x = thread & {{(1 << tile.LoadShift) - 1}}, y = thread >> {{tile.LoadShift}};
                var c = chunk + x;
                """);
            // Copies count from 0 to a constant, so that a compiler can unroll them and have several loads under way.
            using (writer.Open($"if (x < {tile.ChunkVectors * 4})"))
            {
                writer.Line($$"""
                    for (var i = 0; i < {{tile.Rows / step}}; i++)
                    {
                        var row = y + i * {{step}};
                        staged[row * {{floats}} + x] = {{(pads ? $"c < {tile.HeadDim} ? {query} : 0" : query)}};
                    }

                    for (var i = 0; i < {{GpuAttentionTile.Keys / step}}; i++)
                    {
                        var row = y + i * {{step}};
                        staged[{{tile.Rows * floats}} + row * {{floats}} + x] = start + row < stop{{(pads ? $" && c < {tile.HeadDim}" : "")}} ? TKey.ToFloat(key[keys + TRows.Offset(pages, a.Key, {{key}}) + c]) : 0;
                    }
                    """);
            }

            writer.Line(Barrier);
            using (writer.Open($"for (var d = 0; d < {tile.ChunkVectors}; d++)"))
            {
                writer.Line(Lines(_rows, r => $"var q{r} = stage[(ty + {r}) * {tile.ChunkStride} + d];"));
                writer.Line(Lines(Keys, j => $"var k{j} = stage[({tile.Rows + j * Lanes} + tx) * {tile.ChunkStride} + d];"));
                foreach (var r in _rows)
                    writer.Line(Lines(Keys, j => $"s{r}_{j} = {K}.Float4.Dot(q{r}, k{j}, s{r}_{j});"));
            }

            writer.Line($"\n{Barrier}");
        }
    }

    private void WriteResume()
    {
        using (writer.Open("if (a.Resume != 0)"))
            foreach (var r in _rows)
                using (writer.Open($"if (ty + {r} < tile.Count)"))
                {
                    writer.Line($"""
                        var place = {StatePlace(r)};
                        m{r} = state[place + {tile.HeadDim}];
                        if (tx == 0) l{r} = state[place + {tile.HeadDim + 1}];
                        """);
                    foreach (var v in _vectors) writer.Line(OfVector(v, count => $"o{r}_{v} = {K}.Float4.Load(state, place + {Channel(v)}{count});"));
                }
    }

    /// <summary>Replaces the scores of pairs that are not visited, and counts the others.</summary>
    private void WriteExclusion()
    {
        if (!hasMask)
        {
            WriteUnseen();
            return;
        }

        // The predicate stands in the text once, in a loop over the thread's own scores: sixteen copies would cost more time to
        // compile than they save in the few blocks that are partial.
        if (hasScore) WriteRefinement();
        else
        {
            using (writer.Open("if (range.Partial != 0)")) WriteRefinement();
            using (writer.Open("else")) WriteUnseen();
        }
    }

    private void WriteUnseen()
    {
        writer.Line(Lines(Keys, j => $"var key{j} = {Slot(j)} < stop ? TOrder.Key(listed, list, {Slot(j)}) : int.MaxValue;"));
        foreach (var r in _rows)
            writer.Line(Lines(Keys, j => $"if (key{j} <= see{r}) pairs++; else s{r}_{j} = {K}.SoftmaxState.Excluded;"));
    }

    private void WriteRefinement()
    {
        foreach (var r in _rows) writer.Line(Lines(Keys, j => $"{Weight(r, j)} = s{r}_{j};"));
        using (writer.Open($"for (var e = 0; e < {tile.RowsPerThread * KeysPerThread}; e++)"))
        {
            writer.Line($$"""
                int row = ty + (e >> 2), column = tx + ((e & 3) << 4);
                var refined = {{K}}.SoftmaxState.Excluded;
                var k = start + column < stop ? TOrder.Key(listed, list, start + column) : int.MaxValue;
                """);
            using (writer.Open("if (k <= tile.LastKey(a, row))"))
            {
                writer.Line("int head = tile.HeadOf(a, row), position = a.FirstPosition + tile.Token(a, row);");
                using (writer.Open("if (range.Partial == 0 || Mask(tile.Batch, head, position, k))"))
                {
                    writer.Line("pairs++;");
                    var score = $"weight[row * {WeightStride * 4} + column]";
                    writer.Line($"refined = {(hasScore ? $"Score({score}, tile.Batch, head, position, k) * {K}.SoftmaxState.Log2E" : score)};");
                }
            }

            writer.Line($"weight[row * {WeightStride * 4} + column] = refined;");
        }

        foreach (var r in _rows) writer.Line(Lines(Keys, j => $"s{r}_{j} = {Weight(r, j)};"));
    }

    /// <summary>Turns scores into weights against the running maxima and scales what was accumulated.</summary>
    private void WriteSoftmax()
    {
        foreach (var r in _rows) writer.Line($"lane[({Row(r)}) * {Lanes} + tx] = {Max}({Max}(s{r}_0, s{r}_1), {Max}(s{r}_2, s{r}_3));");
        writer.Line(Barrier);
        foreach (var r in _rows)
        {
            writer.Line($"var n{r} = {Max}(m{r}, {K}.SoftmaxState.Highest(lanes, {Row(r)}));");
            writer.Line($"var f{r} = {K}.SoftmaxState.Power(m{r} - n{r});\nm{r} = n{r};");
            writer.Line(Lines(Keys, j => $"s{r}_{j} = {K}.SoftmaxState.Power(s{r}_{j} - n{r});\n{Weight(r, j)} = s{r}_{j};"));
            writer.Line($"l{r} = l{r} * f{r} + (s{r}_0 + s{r}_1 + (s{r}_2 + s{r}_3));");
            writer.Line(Lines(_vectors, v => $"o{r}_{v} = {K}.Float4.Scale(f{r}, o{r}_{v});"));
        }
    }

    /// <summary>Adds the weighted values of the tile's keys.</summary>
    private void WriteValues()
    {
        var pads = tile.HeadDim % 64 != 0;
        using (writer.Open($"for (var offset = 0; offset < {GpuAttentionTile.Keys} && start + offset < stop; offset += {tile.ValueKeys})"))
        {
            using (writer.Open($"for (var n = 0; n < {tile.ValueKeys * 64 / tile.Threads}; n++)"))
            {
                writer.Line($$"""
                    var row = (thread >> 6) + n * {{tile.Threads / 64}};
                    var slot = start + offset + row;
                    var place = slot < stop ? values + TRows.Offset(pages, a.Value, TOrder.Key(listed, list, slot)) : -1;
                    """);
                foreach (var v in _vectors)
                {
                    var c = v == 0 ? "(thread & 63)" : $"(thread & 63) + {64 * v}";
                    writer.Line($"staged[row * {tile.ValueStride * 4} + {c}] = place >= 0{(pads ? $" && {c} < {tile.HeadDim}" : "")} ? TKey.ToFloat(value[place + {c}]) : 0;");
                }
            }

            writer.Line(Barrier);
            using (writer.Open($"for (var k = 0; k < {tile.ValueKeys / 4}; k++)"))
            {
                writer.Line(Lines(_rows, r => $"var w{r} = weights[({Row(r)}) * {WeightStride} + (offset >> 2) + k];"));
                for (var i = 0; i < 4; i++)
                    foreach (var v in _vectors)
                    {
                        writer.Line($"var v{i}_{v} = stage[(4 * k + {i}) * {tile.ValueStride} + tx + {Lanes * v}];");
                        writer.Line(Lines(_rows, r => $"o{r}_{v} = {K}.Float4.MultiplyAdd(w{r}.{"XYZW"[i]}, v{i}_{v}, o{r}_{v});"));
                    }
            }

            writer.Line($"\n{Barrier}");
        }
    }

    /// <summary>Leaves the state or writes output and log-sum-exp, then the number of visited pairs.</summary>
    private void WriteEnd()
    {
        writer.Line($"var stateElements = state.Cast<{K}.GpuFloat32>();");
        writer.Line(Lines(_rows, r => $"lane[({Row(r)}) * {Lanes} + tx] = l{r};"));
        writer.Line(Barrier);
        foreach (var r in _rows)
        {
            writer.Line($"l{r} = {K}.SoftmaxState.Total(lanes, {Row(r)});");
            using (writer.Open($"if ({Row(r)} < tile.Count && a.Leave != 0)"))
            {
                writer.Line($"var place = {StatePlace(r)};");
                using (writer.Open("if (tx == 0)"))
                    writer.Line($"state[place + {tile.HeadDim}] = m{r};\nstate[place + {tile.HeadDim + 1}] = l{r};");
                foreach (var v in _vectors) writer.Line(OfVector(v, count => $"{K}.Float4.Store(o{r}_{v}, stateElements, place + {Channel(v)}{count});"));
            }

            using (writer.Open($"else if ({Row(r)} < tile.Count)"))
            {
                writer.Line($"""
                    var place = tile.Place(a, a.Output, {Row(r)});
                    var scale = {K}.SoftmaxState.Normaliser(l{r});
                    """);
                foreach (var v in _vectors)
                    writer.Line(OfVector(v, count => $"{K}.Float4.Store({K}.Float4.Scale(scale, o{r}_{v}), output, place + {Channel(v)}{count});"));
                writer.Line($"if (tx == 0 && a.HasLogSumExp != 0) logSumExp[tile.Place(a, a.LogSumExp, {Row(r)})] = {K}.SoftmaxState.LogSumExp(m{r}, l{r});");
            }
        }

        writer.Line(Barrier);
        writer.Line($$"""
            var counts = lanes.Cast<int>();
            counts[thread] = pairs;
            {{Barrier}}
            if (thread == 0)
            {
                var total = 0L;
                for (var i = 0; i < {{tile.Threads}}; i++) total += counts[i];
                visited[tile.Counter] = total;
            }
            """);
    }

    /// <summary>A statement for the channels of output vector <paramref name="v"/> that exist; it is told their number where that may be less than four.</summary>
    private string OfVector(int v, Func<string, string> statement) =>
        tile.HeadDim >= 64 * (v + 1) ? statement("")
        : tile.HeadDim % 4 == 0 ? $"if ({Channel(v)} < {tile.HeadDim}) {statement("")}"
        : statement($", {tile.HeadDim} - {Channel(v)}");

    private string StatePlace(int r) => $"(tile.StateRow + tile.First + {Row(r)}) * {tile.HeadDim + 2}";

    private static string Row(int r) => r == 0 ? "ty" : $"ty + {r}";

    private static string Slot(int j) => $"start + tx + {j * Lanes}";

    private static string Weight(int r, int j) => $"weight[({Row(r)}) * {WeightStride * 4} + tx + {j * Lanes}]";

    /// <summary>First channel of the thread's output vector <paramref name="v"/>.</summary>
    private static string Channel(int v) => $"4 * (tx + {v * Lanes})";

    private static string Join(IEnumerable<int> items, Func<int, string> part) => string.Join(", ", items.Select(part));

    private static string Lines(IEnumerable<int> items, Func<int, string> part) => string.Join("\n", items.Select(part));
}
