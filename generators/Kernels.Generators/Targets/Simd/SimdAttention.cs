using System.Globalization;
using Kernels.Generators.Emission;
using Kernels.Generators.Specs;

namespace Kernels.Generators.Targets.Simd;

/// <summary>Prints the tile arithmetic of an attention kernel for each vector width.</summary>
internal static class SimdAttention
{
    private const string HotMethod =
        "[global::System.Runtime.CompilerServices.MethodImpl(global::System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization), "
        + "global::System.Runtime.CompilerServices.SkipLocalsInit]";

    private const string Sse = "global::System.Runtime.Intrinsics.X86.Sse";

    /// <summary>Names of the program classes <see cref="Write"/> emits, in order of preference.</summary>
    public static IEnumerable<string> ProgramNames() => VectorWidth.All.Select(width => $"Simd{width.Bits}");

    public static void Write(SourceWriter writer, AttentionSpec spec)
    {
        foreach (var width in VectorWidth.All)
        {
            writer.Line();
            using (writer.Open($"private sealed unsafe class Simd{width.Bits} : global::Kernels.CpuAttentionProgram"))
                new Program(writer, spec, width).Write();
        }
    }

    /// <summary>One program class.</summary>
    private sealed class Program(SourceWriter writer, AttentionSpec spec, VectorWidth width)
    {
        // So that the iterations of a tile are few enough for its end to be predicted.
        private const int MostUnrolled = 4;

        // CpuAttentionProgram.FewRowsStep.
        private const int FewRowsStep = 4;

        private readonly int _stride = (spec.HeadDim + width.Lanes - 1) / width.Lanes * width.Lanes;
        private readonly int _smallRows = width.TileRows / 3;

        private string V => width.Class;

        private string Float => width.Of("float");

        private bool HasMask => spec.Mask is not null;

        private bool HasScore => spec.Score is not null;

        /// <summary>Whether a score may be −∞, so that its weight must be exactly 0.</summary>
        private bool MayExclude => HasMask || HasScore;

        public void Write()
        {
            var scale = HasScore ? spec.Scale : (float)(spec.Scale * 1.4426950408889634);
            writer.Line($"private const int HeadDim = {spec.HeadDim}, Stride = {_stride}, Lanes = {width.Lanes}, Keys = {width.Panel};");
            writer.Line($"public override int VectorBits => {width.Bits};");
            writer.Line($"public override int Panel => {width.Panel};");
            writer.Line($"public override int RowStep => {_smallRows};");
            writer.Line($"public override int TileRows => {width.TileRows};");
            writer.Line($"public override int RowStride => Stride;");
            writer.Line($"public override float QueryScale => {scale.ToString("R", CultureInfo.InvariantCulture)}f;");
            WriteScore();
            WriteVisit();
            WriteVisitFew();
            foreach (var rows in new[] { width.TileRows, _smallRows })
            {
                WriteScoreTile(rows);
                WriteValueTile(rows, width.TileVectors);
                if (_stride % width.Panel != 0) WriteValueTile(rows, 1);
            }

            new SimdSoftmax(writer, width, MayExclude).Write(HotMethod);
            foreach (var rows in new[] { FewRowsStep, 1 })
            {
                WriteFewScores(rows);
                WriteFewValues(rows);
            }

            if (!MayExclude) return;
            WriteRefine();
            WriteRefineFew();
        }

        private void WriteScore() => writer.Line($$"""

            public override void Score(float* query, int rows, float* keys, float* scores)
            {
                var row = 0;
                for (; row <= rows - {{width.TileRows}}; row += {{width.TileRows}})
                    Score{{width.TileRows}}(query + row * Stride, keys, scores + row * ChunkKeys, Keys);
                for (; row < rows; row += {{_smallRows}})
                    Score{{_smallRows}}(query + row * Stride, keys, scores + row * ChunkKeys, Keys);
            }
            """);

        private void WriteVisit()
        {
            writer.Line($$"""

                public override long Visit(
                    in global::Kernels.AttentionTile tile, float* keys, float* values, long slice, int firstKey, int count, int visible, bool partial)
                {
                    long visited = 0;
                    var scales = stackalloc float[{{width.TileRows}}];
                    for (var chunk = 0; chunk < count; chunk += ChunkKeys)
                    {
                        var length = global::System.Math.Min(ChunkKeys, count - chunk);
                        for (int row = 0, step; row < tile.Rows; row += step)
                        {
                            step = tile.Rows - row > {{width.TileRows - _smallRows}} ? {{width.TileRows}} : {{_smallRows}};
                            var used = global::System.Math.Min(step, tile.Rows - row);
                            var seen = global::System.Math.Min(length, visible + row + used - 1 - chunk);
                            if (seen <= 0) continue;
                            var query = tile.Query + row * Stride;
                            var panels = keys + (long)chunk * HeadDim;
                            if (step == {{width.TileRows}}) Score{{width.TileRows}}(query, panels, tile.Scores, seen);
                            else Score{{_smallRows}}(query, panels, tile.Scores, seen);
                """);
            if (MayExclude)
                writer.Line($$"""
                                for (var r = 0; r < used; r++)
                                {
                                    var sees = global::System.Math.Max(0, global::System.Math.Min(length, visible + row + r - chunk));
                                    visited += Refine(
                                        tile.Scores + r * ChunkKeys, firstKey + chunk, sees, tile.Batch, tile.Head + (row + r) % tile.Group,
                                        tile.Position + (row + r) / tile.Group, partial);
                                }
                    """);
            else writer.Line("            for (var r = 0; r < used; r++) visited += global::System.Math.Max(0, global::System.Math.Min(seen, visible + row + r - chunk));");

            writer.Line("""
                            Softmax(tile.Scores, step, visible + row - chunk, seen, tile.Maximum + row, tile.Sum + row * Lanes, scales);
                            var accumulator = tile.Accumulator + row * Stride;
                            var part = values + (long)chunk * Keys;
                """);
            foreach (var rows in new[] { width.TileRows, _smallRows })
            {
                using (writer.Open($"            {(rows == width.TileRows ? $"if (step == {rows})" : "else")}"))
                {
                    var whole = _stride / width.Panel;
                    if (whole > 0)
                        writer.Line($"                Value{rows}x{width.TileVectors}(tile.Scores, part, slice, {whole}, accumulator, scales, seen);");
                    if (_stride % width.Panel != 0)
                        writer.Line($"                Value{rows}x1(tile.Scores, part + {whole} * slice, slice, 1, accumulator + {whole} * Keys, scales, seen);");
                }
            }

            writer.Line("        }\n    }\n\n    return visited;\n}");
        }

        private void WriteVisitFew() => writer.Line($$"""

            public override long VisitFew(in global::Kernels.AttentionTile tile, global::Kernels.KeySlice* slices, int count, bool causal)
            {
                long visited = 0;
                var scales = stackalloc float[FewRowsStep];
                for (int row = 0, step; row < tile.Rows; row += step)
                {
                    step = global::System.Math.Min(FewRowsStep, tile.Group - row % tile.Group);
                    var position = tile.Position + row / tile.Group;
                    var sees = 0;
                    for (var i = 0; i < count; i++) sees += Seen(slices + i, position, causal);
                    if (sees == 0) continue;
                    var query = tile.Query + row * Stride;
                    if (step == FewRowsStep) FewScores{{FewRowsStep}}(query, slices, sees, tile.Scores);
                    else
                        for (var r = 0; r < step; r++) FewScores1(query + r * Stride, slices, sees, tile.Scores + r * ChunkKeys);
                    visited += {{(MayExclude ? "Refine(tile, row, step, slices, count, position, causal)" : "(long)sees * step")}};
                    Softmax(tile.Scores, step, sees, sees, tile.Maximum + row, tile.Sum + row * Lanes, scales);
                    if (step == FewRowsStep) FewValues{{FewRowsStep}}(tile.Scores, slices, sees, scales, tile.Accumulator + row * Stride);
                    else
                        for (var r = 0; r < step; r++) FewValues1(tile.Scores + r * ChunkKeys, slices, sees, scales + r, tile.Accumulator + (row + r) * Stride);
                }

                return visited;
            }

            private static int Seen(global::Kernels.KeySlice* slice, int position, bool causal) =>
                causal ? global::System.Math.Max(0, global::System.Math.Min(slice->Count, position + 1 - slice->First)) : slice->Count;
            """);

        /// <summary>A register tile of scores, panel after panel: rows × one panel, accumulated over the head dimension.</summary>
        private void WriteScoreTile(int rows)
        {
            var unroll = rows == width.TileRows ? Unroll(spec.HeadDim) : 1;
            Method($"private static void Score{rows}(float* query, float* keys, float* scores, int count)");
            writer.Line("{\n    for (; count > 0; count -= Keys)\n    {");
            Declare(rows, width.TileVectors, (_, _) => $"{Float}.Zero");
            writer.Line($"    var q = query;\n    for (var c = 0; c < HeadDim; c += {unroll})\n    {{");
            for (var u = 0; u < unroll; u++) Products(rows, width.TileVectors, $"keys + {u} * Keys", r => $"q[{r} * Stride + {u}]");
            writer.Line($"        keys += {unroll} * Keys;\n        q += {unroll};\n    }}\n");
            Store(rows, width.TileVectors, "scores", "ChunkKeys");
            writer.Line("    scores += Keys;\n    }\n}");
        }

        /// <summary>A register tile of outputs, slice after slice: rows × a slice of channels, accumulated over the keys of a chunk.</summary>
        private void WriteValueTile(int rows, int vectors)
        {
            var unroll = rows == width.TileRows ? MostUnrolled : 1;
            Method($"private static void Value{rows}x{vectors}(float* weights, float* values, long slice, int slices, float* accumulator, float* scales, int count)");
            writer.Line("{\n    for (; slices > 0; slices--)\n    {");
            Declare(rows, vectors, (r, v) => $"{V}.Load(accumulator + {r} * Stride + {v * width.Lanes}) * {V}.Create(scales[{r}])");
            writer.Line("    var w = weights;\n    var value = values;\n    var left = count;");
            foreach (var keys in unroll > 1 ? new[] { unroll, 1 } : [1])
            {
                writer.Line($"    for (; left >= {keys}; left -= {keys})\n    {{");
                for (var u = 0; u < keys; u++) Products(rows, vectors, $"value + {u} * Keys", r => $"w[{r} * ChunkKeys + {u}]");
                writer.Line($"        value += {keys} * Keys;\n        w += {keys};\n    }}\n");
            }

            Store(rows, vectors, "accumulator", "Stride");
            writer.Line("    accumulator += Keys;\n    values += slice;\n    }\n}");
        }

        private static int Unroll(int steps)
        {
            var unroll = MostUnrolled;
            while (steps % unroll != 0) unroll /= 2;
            return unroll;
        }

        private void Declare(int rows, int vectors, Func<int, int, string> initial)
        {
            for (var r = 0; r < rows; r++)
            for (var v = 0; v < vectors; v++)
                writer.Line($"    var a{r}_{v} = {initial(r, v)};");
        }

        private void Products(int rows, int vectors, string panel, Func<int, string> factor)
        {
            writer.Line("        {");
            for (var v = 0; v < vectors; v++) writer.Line($"        var b{v} = {V}.Load({panel} + {v * width.Lanes});");
            for (var r = 0; r < rows; r++)
            {
                writer.Line($"        var f{r} = {V}.Create({factor(r)});");
                for (var v = 0; v < vectors; v++) writer.Line($"        a{r}_{v} = {V}.FusedMultiplyAdd(f{r}, b{v}, a{r}_{v});");
            }

            writer.Line("        }");
        }

        private void Store(int rows, int vectors, string target, string stride)
        {
            for (var r = 0; r < rows; r++)
            for (var v = 0; v < vectors; v++)
                writer.Line($"    a{r}_{v}.Store({target} + {r} * {stride} + {v * width.Lanes});");
        }

        /// <summary>
        /// Dot products of a few queries with the first keys of slices. Rows of a head are seldom neighbours in memory, so that hardware fetches
        /// none ahead: keys to come are asked for here, and the values that will be summed next, those as far as the second cache.
        /// </summary>
        private void WriteFewScores(int rows)
        {
            const int ahead = 4;
            var whole = spec.HeadDim / width.Lanes;
            var chains = Math.Min(rows == 1 ? 4 : 2, whole);
            Method($"private static void FewScores{rows}(float* query, global::Kernels.KeySlice* slices, int count, float* scores)");
            writer.Line($$"""
                {
                    var soon = slices;
                    var place = {{ahead}};
                    while (place >= soon->Count) place -= soon++->Count;
                    for (; count > 0; slices++)
                    {
                        var keys = slices->Keys;
                        var values = slices->Values;
                        var left = global::System.Math.Min(count, slices->Count);
                        count -= left;
                        for (; left > 0; left--, keys += slices->KeyStride, values += slices->ValueStride, scores++)
                        {
                            if ({{Sse}}.IsSupported)
                            {
                                var next = soon->Keys + place * soon->KeyStride;
                """);
            for (var c = 0; c < spec.HeadDim; c += 16)
            {
                writer.Line($"                {Sse}.Prefetch0(next + {c});");
                writer.Line($"                {Sse}.Prefetch1(values + {c});");
            }

            writer.Line("""
                                if (++place == soon->Count)
                                {
                                    soon++;
                                    place = 0;
                                }
                            }

                """);
            for (var i = 0; i < whole; i++)
            {
                writer.Line($"            var k{i} = {V}.Load(keys + {i * width.Lanes});");
                for (var r = 0; r < rows; r++)
                {
                    var (q, d) = ($"{V}.Load(query + {r} * Stride + {i * width.Lanes})", $"d{r}_{i % chains}");
                    writer.Line(i < chains ? $"            var {d} = {q} * k{i};" : $"            {d} = {V}.FusedMultiplyAdd({q}, k{i}, {d});");
                }
            }

            for (var r = 0; r < rows; r++)
            {
                var sum = string.Join(" + ", Enumerable.Range(0, chains).Select(i => $"d{r}_{i}"));
                writer.Line($"            var s{r} = {(whole > 0 ? $"{V}.Sum({sum})" : "0f")};");
                for (var c = whole * width.Lanes; c < spec.HeadDim; c++) writer.Line($"            s{r} += query[{r} * Stride + {c}] * keys[{c}];");
                writer.Line($"            scores[{r} * ChunkKeys] = s{r};");
            }

            writer.Line("        }\n    }\n}");
        }

        /// <summary>Weighted sums of the first values of slices for a few rows, eight accumulators at a time: a value is loaded once for all rows.</summary>
        private void WriteFewValues(int rows)
        {
            var (whole, block) = (spec.HeadDim / width.Lanes, 8 / rows);
            Method($"private static void FewValues{rows}(float* weights, global::Kernels.KeySlice* slices, int count, float* scales, float* accumulator)");
            writer.Line("{");
            for (var first = 0; first < whole; first += block)
            {
                var vectors = Enumerable.Range(first, Math.Min(block, whole - first)).ToArray();
                using (writer.Open("    "))
                {
                    foreach (var v in vectors)
                        for (var r = 0; r < rows; r++)
                            writer.Line($"    var a{r}_{v} = {V}.Load(accumulator + {r} * Stride + {v * width.Lanes}) * {V}.Create(scales[{r}]);");
                    writer.Line("""
                            var w = weights;
                            var slice = slices;
                            for (var rest = count; rest > 0; slice++)
                            {
                                var row = slice->Values;
                                var left = global::System.Math.Min(rest, slice->Count);
                                rest -= left;
                                for (; left > 0; left--, row += slice->ValueStride, w++)
                                {
                        """);
                    foreach (var v in vectors) writer.Line($"            var v{v} = {V}.Load(row + {v * width.Lanes});");
                    for (var r = 0; r < rows; r++)
                    {
                        writer.Line($"            var w{r} = {V}.Create(w[{r} * ChunkKeys]);");
                        foreach (var v in vectors) writer.Line($"            a{r}_{v} = {V}.FusedMultiplyAdd(w{r}, v{v}, a{r}_{v});");
                    }

                    writer.Line("        }\n    }");
                    foreach (var v in vectors)
                        for (var r = 0; r < rows; r++) writer.Line($"    a{r}_{v}.Store(accumulator + {r} * Stride + {v * width.Lanes});");
                }
            }

            if (spec.HeadDim % width.Lanes != 0)
                writer.Line($$"""
                        for (var r = 0; r < {{rows}}; r++)
                            for (var c = {{whole * width.Lanes}}; c < HeadDim; c++)
                            {
                                var a = accumulator[r * Stride + c] * scales[r];
                                var w = weights + r * ChunkKeys;
                                var slice = slices;
                                for (var rest = count; rest > 0; rest -= slice->Count, slice++)
                                    for (var k = 0; k < global::System.Math.Min(rest, slice->Count); k++) a += *w++ * slice->Values[k * slice->ValueStride + c];
                                accumulator[r * Stride + c] = a;
                            }
                    """);
            writer.Line("}");
        }

        /// <summary>Applies the user's score function and predicate to a row of scores, and to no score behind it; returns how many keys stay.</summary>
        private void WriteRefine()
        {
            Method("private static long Refine(float* scores, int firstKey, int count, int batch, int head, int query, bool partial)");
            using (writer.Open(""))
            {
                writer.Line($$"""
                    {{(HasScore ? "" : "if (!partial) return count;")}}
                    long visited = 0;
                    var vb = {{V}}.Create(batch);
                    var vh = {{V}}.Create(head);
                    var vq = {{V}}.Create(query);
                    var vk = {{V}}.Create(firstKey) + {{width.Of("int")}}.Indices;
                    for (var k = 0; k < count; k += Lanes, vk += {{V}}.Create(Lanes))
                    {
                        var given = {{V}}.Load(scores + k);
                        var s = given;
                        var inside = {{V}}.LessThan({{width.Of("int")}}.Indices, {{V}}.Create(count - k));
                    """);
                using (writer.Open("   "))
                {
                    if (spec.Score is { } score)
                        SimdExpression.Print(score.Body, width, score.Parameters.Count == 5 ? ["s", "vb", "vh", "vq", "vk"] : ["s", "vq", "vk"])
                            .Write(writer, value => $"s = {value} * {V}.Create(1.44269504f);");
                }

                if (spec.Mask is { } mask)
                {
                    writer.Line("    var admitted = inside;");
                    using (writer.Open("    if (partial)"))
                    {
                        SimdExpression.Print(mask.Body, width, mask.Parameters.Count == 4 ? ["vb", "vh", "vq", "vk"] : ["vq", "vk"])
                            .Write(writer, value => $"admitted &= {value};");
                        writer.Line($"s = {V}.ConditionalSelect(admitted.AsSingle(), s, {V}.Create(float.NegativeInfinity));");
                    }
                }

                writer.Line($$"""
                        {{V}}.ConditionalSelect(inside.AsSingle(), s, given).Store(scores + k);
                        visited += global::System.Numerics.BitOperations.PopCount({{V}}.ExtractMostSignificantBits({{(HasMask ? "admitted" : "inside")}}));
                    }

                    return visited;
                    """);
            }
        }

        /// <summary>Applies both to the rows of a step and the keys of slices.</summary>
        private void WriteRefineFew() => writer.Line("""

            private static long Refine(
                in global::Kernels.AttentionTile tile, int row, int step, global::Kernels.KeySlice* slices, int count, int position, bool causal)
            {
                long visited = 0;
                for (var r = 0; r < step; r++)
                {
                    var scores = tile.Scores + r * ChunkKeys;
                    for (var slice = slices; slice < slices + count; slice++)
                    {
                        var seen = Seen(slice, position, causal);
                        visited += Refine(scores, slice->First, seen, tile.Batch, tile.Head + (row + r) % tile.Group, position, slice->Partial);
                        scores += seen;
                    }
                }

                return visited;
            }
            """);

        private void Method(string signature)
        {
            writer.Line();
            writer.Line(HotMethod);
            writer.Line(signature);
        }
    }
}
