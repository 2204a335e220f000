using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Kernels.Testing.Tests.Ptx.Ilgpu;

/// <summary>Kernels that between them use what ILGPU translates: shared and local memory, barriers, structures, conversions, functions, inline PTX.</summary>
public static class SampleKernels
{
    public const int Tile = 8;

    public struct Inner
    {
        public short X;
        public byte Y;
        public double Z;
    }

    public struct Pair
    {
        public int A;
        public float B;
        public long C;
        public Inner N;
    }

    public struct Parameters
    {
        public ArrayView<float> X;
        public int Length;
        public float Factor;
        public byte Flag;
        public ArrayView<ushort> Added;
    }

    public struct Float4
    {
        public float X, Y, Z, W;
    }

    public static void Reduce(ArrayView<float> input, ArrayView<float> output, int length)
    {
        var shared = SharedMemory.Allocate<float>(64);
        var i = Grid.IdxX * 64 + Group.IdxX;
        shared[Group.IdxX] = i < length ? input[i] : 0f;
        Group.Barrier();
        for (var half = 32; half > 0; half >>= 1)
        {
            if (Group.IdxX < half) shared[Group.IdxX] += shared[Group.IdxX + half];
            Group.Barrier();
        }

        if (Group.IdxX == 0) output[Grid.IdxX] = shared[0];
    }

    public static void Multiply(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, int rows, int columns, int depth)
    {
        var left = SharedMemory.Allocate<float>(Tile * Tile);
        var right = SharedMemory.Allocate<float>(Tile * Tile);
        int x = Group.IdxX, y = Group.IdxY, row = Grid.IdxY * Tile + y, column = Grid.IdxX * Tile + x;
        var sum = 0f;
        for (var k = 0; k < depth; k += Tile)
        {
            left[y * Tile + x] = row < rows && k + x < depth ? a[row * depth + k + x] : 0;
            right[y * Tile + x] = column < columns && k + y < depth ? b[(k + y) * columns + column] : 0;
            Group.Barrier();
            for (var i = 0; i < Tile; i++) sum += left[y * Tile + i] * right[i * Tile + x];
            Group.Barrier();
        }

        if (row < rows && column < columns) c[row * columns + column] = sum;
    }

    public static void Masked(ArrayView<int> mask, ArrayView<float> x)
    {
        var i = Grid.GlobalIndex.X;
        if (i >= mask.Length) return;
        if (mask[i] == 0) return;
        x[i] = MathF.Sqrt(x[i]) * 2 + mask[i];
    }

    public static void Structures(ArrayView<Pair> pairs, Pair other, ArrayView<double> sums)
    {
        var i = Grid.GlobalIndex.X;
        var pair = pairs[i];
        pair.A += other.A;
        pair.B *= other.B;
        pair.C -= other.C;
        pair.N.X += other.N.X;
        pair.N.Y = (byte)(pair.N.Y + other.N.Y);
        pair.N.Z *= other.N.Z;
        pairs[i] = pair;
        sums[i] = pair.N.Z + pair.A + pair.B;
    }

    public static void StructureOfViews(Parameters parameters)
    {
        var i = Grid.GlobalIndex.X;
        if (i < parameters.Length && parameters.Flag != 0) parameters.X[i] = parameters.X[i] * parameters.Factor + parameters.Added[i];
    }

    public static void Vectors(ArrayView<float> x, ArrayView<float> y)
    {
        var i = Grid.GlobalIndex.X;
        var value = x.AsAligned(16).Cast<Float4>()[i];
        (value.X, value.W) = (value.W, value.X * 2);
        y.AsAligned(16).Cast<Float4>()[i] = value;
    }

    public static void Functions(ArrayView<float> x, ArrayView<float> y)
    {
        var i = Grid.GlobalIndex.X;
        var v = x[i];
        y[16 * i] = MathF.Exp(v);
        y[16 * i + 1] = MathF.Log(v);
        y[16 * i + 2] = MathF.Sin(v);
        y[16 * i + 3] = MathF.Cos(v);
        y[16 * i + 4] = MathF.Tanh(v);
        y[16 * i + 5] = MathF.Pow(v, 1.5f);
        y[16 * i + 6] = MathF.Max(v, 1f);
        y[16 * i + 7] = MathF.Min(v, 2f);
        y[16 * i + 8] = MathF.Abs(-v);
        y[16 * i + 9] = MathF.Floor(v);
        y[16 * i + 10] = MathF.Ceiling(v);
        y[16 * i + 11] = 1f / MathF.Sqrt(v);
        y[16 * i + 12] = v / 3.7f;
        y[16 * i + 13] = v % 1.25f;
        y[16 * i + 14] = (float)Math.Exp((double)v);
        y[16 * i + 15] = float.IsNaN(v) ? 1 : 0;
    }

    public static void Conversions(ArrayView<sbyte> a, ArrayView<ushort> b, ArrayView<long> c, ArrayView<double> d)
    {
        var i = Grid.GlobalIndex.X;
        var word = a[i] * b[i];
        c[i] = ((long)word * (uint)word) ^ ((long)word << 5) ^ (long)((ulong)c[i] >> 7);
        d[i] = (double)(float)c[i] + (uint)word % 7 + word / 5 + (byte)d[i];
        a[i] = (sbyte)(word >> 3);
        b[i] = (ushort)(Interop.FloatAsInt((float)d[i]) >> 16);
    }

    public static void LocalArray(ArrayView<int> x)
    {
        var i = Grid.GlobalIndex.X;
        var table = new int[8];
        for (var j = 0; j < 8; j++) table[j] = x[i] + j * j;
        var sum = 0;
        for (var j = 0; j < 8; j++) sum += table[(j * 3 + x[i]) & 7] << j;
        x[i] = sum;
    }

    public static void Cases(ArrayView<int> x)
    {
        var i = Grid.GlobalIndex.X;
        x[i] = Case(x[i]);
    }

    public static int Case(int value)
    {
        switch (value)
        {
            case 0: return 5;
            case 1: return value * 11;
            case 2: return 40;
            case 3: return value - 9;
            case 4: return 8;
            default: return -1;
        }
    }

    public static void DynamicShared(ArrayView<float> x)
    {
        var quads = SharedMemory.GetDynamic<Float4>();
        var bytes = SharedMemory.Allocate<ushort>(64);
        quads.Cast<float>()[Group.IdxX] = x[Group.IdxX];
        bytes[Group.IdxX] = (ushort)(Group.IdxX * 3);
        Group.Barrier();
        x[Group.IdxX] = quads[Group.IdxX >> 2].Y + bytes[Group.IdxX ^ 5];
    }

    public static void InlinePtx(ArrayView<float> x, ArrayView<float> y, int count)
    {
        CudaAsm.Emit(".reg .f32 acc<2>; .reg .b32 place; .reg .pred inside;");
        CudaAsm.Emit("mov.f32 acc0, 0f00000000; mov.f32 acc1, 0f3F800000; // one\n{ .reg .b32 t; add.u32 t, %0, 1; mov.b32 place, t; }", Group.IdxX);
        for (var i = 0; i < count; i++) CudaAsm.Emit("fma.rn.f32 acc0, acc1, %0, acc0; add.rn.f32 acc1, acc1, acc1;", x[i]);
        CudaAsm.Emit("setp.lt.u32 inside, place, %0; @inside mul.rn.f32 acc0, acc0, 0f40000000;", 3);
        CudaAsm.Emit("mov.f32 %0, acc0;", out float result);
        y[Group.IdxX] = result;
    }
}
