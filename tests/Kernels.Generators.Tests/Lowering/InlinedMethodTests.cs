using Kernels.Generators.Specs;
using Xunit;

namespace Kernels.Generators.Tests;

/// <summary>User methods as people write them: what every target prints computes what the method computes.</summary>
public sealed class InlinedMethodTests : IClassFixture<InlinedMethodTests.Fixture>
{
    private const double Transcendental = 1e-6;

    private readonly Fixture _fixture;

    public InlinedMethodTests(Fixture fixture) => _fixture = fixture;

    public static TheoryData<string> Names => [.. Methods.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_target_computes_what_the_method_computes(string name)
    {
        var random = new Random(7);
        _fixture.Methods.Compare(name, 512, (parameter, i) => parameter.Kind == ValueKind.Int
            ? (object)Inputs.Int(random, i)
            : Inputs.Float(random, i, wide: !name.StartsWith("Smooth", StringComparison.Ordinal)),
            name.StartsWith("Smooth", StringComparison.Ordinal) ? Transcendental : 0);
    }

    [Fact]
    public void Nothing_outside_the_devices_common_functions_is_called_on_gpus()
    {
        string[] available = ["Abs", "Min", "Max", "Exp", "Log", "Log2", "Sqrt", "Pow", "Sin", "Cos", "Floor", "Ceiling"];
        var lines = _fixture.Methods.Text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].Contains("Gpu(", StringComparison.Ordinal) || lines[i].Contains("Run", StringComparison.Ordinal)) continue;
            for (i += 2; lines[i].Trim() != "}"; i++)
            {
                foreach (System.Text.RegularExpressions.Match call in System.Text.RegularExpressions.Regex.Matches(lines[i], @"Math(F?)\.(\w+)\("))
                    Assert.Contains(call.Groups[2].Value, available);
                Assert.DoesNotMatch(@"[/%] \(?-?(1|2|4|8|16|32|64|128|256|512|1024|4096)\)", lines[i]);
            }
        }
    }

    public sealed class Fixture : IDisposable
    {
        internal InlinedMethods Methods { get; } = new(InlinedMethodTests.Methods.Source, InlinedMethodTests.Methods.Names);

        public void Dispose() => Methods.Dispose();
    }

    private static class Methods
    {
        public static readonly string[] Names = [.. System.Text.RegularExpressions.Regex.Matches(Source, @"^public static \w+ (\w+)\(", System.Text.RegularExpressions.RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value)];

        public const string Source = """
            const int Window = 1024;
            static readonly float Slope = MathF.Sqrt(2f) / 3f;
            static readonly int Sinks = 4, Stride = Sinks * 32;
            static int Half => Window / 2;
            enum Mode { Near = 3, Far = 9 }

            public static bool SinkAndWindow(int query, int key) => key < 4 || query - key < 1024;
            public static bool Everything(int query, int key) => true;
            public static bool WithConstants(int query, int key) => key < Sinks || query - key < Window && key % Stride == 0 || key > Half;
            public static bool EnumConstant(int query, int key) => (query ^ key) > (int)Mode.Far * (int)Mode.Near;
            public static bool PowerOfTwoBlocks(int query, int key)
            {
                int delta = query / 256 - key / 256;
                if (delta < 0) return false;
                if (delta < 5) return true;
                return (delta & (delta - 1)) == 0 || key / 256 == 0;
            }
            public static bool Strided(int query, int key) => (query - key) % 128 == 0 || (query - key) % 7 == 3;
            public static bool NegativeDivisors(int query, int key) => query / -8 == key % -8 || query / -7 > key % -5;
            public static bool Extremes(int query, int key) => query / int.MinValue + key % int.MinValue > query % int.MaxValue;
            public static bool VariableDivisor(int query, int key) => key != 0 && query / key > 2 || key != 0 && query % key == 1;
            public static bool DivisionInUntakenBranch(int query, int key)
            {
                if (key == 0) return query > 3;
                int ratio = query / key;
                return ratio * key == query;
            }
            public static bool PerHead(int batch, int head, int query, int key) => batch > 1 ? query - key < (head & 7) * 64 : query >= key;
            public static bool Switched(int query, int key)
            {
                int limit;
                switch (query & 7)
                {
                    case 0: return key > 10;
                    case 1:
                    case 2: limit = 20; break;
                    case > 5: { limit = 30; break; }
                    default: limit = -5; break;
                }
                return key < limit;
            }
            public static bool DefaultFirst(int query, int key)
            {
                var result = false;
                switch (key & 3)
                {
                    default: result = query < 0; break;
                    case 2: result = query > 100; break;
                }
                return result;
            }
            public static bool Reassigned(int query, int key)
            {
                int distance = query - key, limit = 16;
                if (distance < 0) distance = -distance;
                if (key > 100) { limit *= 4; if (query > 1000) { limit += 7; return limit < distance; } }
                else if (key < -100) limit <<= 2;
                else limit--;
                query ^= key;
                return distance <= limit && (query & 1) == 0;
            }
            public static bool EarlyReturnsThenMore(int query, int key)
            {
                if (query > 10) { if (key > 20) return true; query -= key; }
                if (query == 3 || key == 4) return false;
                return query > key;
            }
            public static bool Patterns(int query, int key) => query is >= 0 and < 64 or 100 or -7 && key is not (3 or > 90);
            public static bool BoolLogic(int query, int key)
            {
                bool a = query > key, b = query > 0, c = a ^ b;
                return a == b ? !c | b : c != a & (b ? a : c);
            }
            public static bool Inlined(int query, int key) => Block(query, 64) == Block(key, size: 32) || Near(key, query);
            static int Block(int position, int size = 16) => position / size;
            static bool Near(int a, int b, int limit = 9) { a -= b; return Math.Abs(a) < limit && Between(b); }
            static bool Between(int x) => x > -1000 && x < 1000;

            public static int Shifts(int a, int b) => (a << 3) + (a >> 5) - (a >>> 29) + (a << 33) + (b << (a & 7)) + (b >> a) + (b >>> a);
            public static int Wraps(int a, int b) => unchecked(a * b + a * 2147483647 - b);
            public static int Bits(int a, int b) => ~a & b | a ^ (b & 0x7FFF0000);
            public static int IntFunctions(int a, int b) => Math.Max(a, b) - Math.Min(a, 5) + Math.Clamp(b, -100, 100) + Math.Sign(a) + int.Max(a, -b);
            public static int Magnitude(int a) => a == int.MinValue ? 0 : Math.Abs(a);
            public static int FromFloat(float x) => (int)x;
            public static int FromBigFloat(float x) => (int)(x * 1e9f);
            static int Ratio(float x, float y) => (int)(x / y);
            public static int FromConstantFloats(int a) => a ^ Ratio(-5f, 0f) ^ Ratio(0f, 0f) ^ Ratio(7f, -0f);
            public static int SignOfFloat(float x) => float.IsNaN(x) ? 7 : MathF.Sign(x);
            public static int SwitchExpression(int a, int b) => (a & 15) switch { 0 => b, 1 or 2 => -b, > 10 when b > 0 => b * 2, 3 => 17, _ => a };
            public static int SwitchOnBool(int a, int b) => (a > b) switch { true => a, false => b };
            public static int DeepSharing(int a, int b)
            {
                var x = a + b;
                x = x * x + 1; x = x * x + 2; x = x * x + 3; x = x * x + 4; x = x * x + 5; x = x * x + 6; x = x * x + 7; x = x * x + 8;
                x = x * x + 1; x = x * x + 2; x = x * x + 3; x = x * x + 4; x = x * x + 5; x = x * x + 6; x = x * x + 7; x = x * x + 8;
                x = x / b; x = x / (b + 1); x = x % (b - 1); x = x / b; x = x / (b + 1); x = x % (b - 1);
                return x;
            }

            public static float Identity(float x) => x;
            public static float Constant(float x) => -0.0f;
            public static float Relu(float x) => MathF.Max(x, 0f);
            public static float LeakyRelu(float x) => x < 0 ? x * 0.01f : x;
            public static float SquaredRelu(float x) { if (x <= 0) return 0; return x * x; }
            public static float Negative(float x) => -x;
            public static float MinMax(float x, float y) => MathF.Min(x, y) + MathF.Max(x, 2 * y);
            public static float Clamped(float x) => Math.Clamp(x, -1.5f, 2.5f);
            public static float Rounding(float x) => MathF.Floor(x) * 0.5f + MathF.Ceiling(x) * 0.25f + MathF.Truncate(x) * 0.125f;
            public static float Round(float x) => MathF.Round(x);
            public static float RoundHalves(float x) => MathF.Round(MathF.Floor(x) + 0.5f);
            public static float Root(float x) => MathF.Sqrt(x) + MathF.Abs(x);
            public static float Comparisons(float x, float y) => (x < y ? 1f : 0f) + (x <= y ? 2f : 0f) + (x > y ? 4f : 0f) + (x >= y ? 8f : 0f) + (x == y ? 16f : 0f) + (x != y ? 32f : 0f);
            public static float SpecialConstants(float x) => x > 0 ? float.PositiveInfinity : x < -1 ? float.NegativeInfinity : x == 0 ? float.NaN : float.Epsilon;
            public static float FromInt(float score, int query, int key) => score + (query - key) * 0.125f - Slope * query;
            public static float Alibi(float score, int batch, int head, int query, int key) => score - 1f / (1 << (head & 7)) * (query - key);
            public static float CompoundMixed(float x) { int i = 3; i += (int)x; x += i; i *= 2; return x - i; }

            public static float SmoothSoftCap(float score, int query, int key) => 50f * MathF.Tanh(score / 50f);
            public static float SmoothTanh(float x) => MathF.Tanh(x);
            public static float SmoothSmallTanh(float x) => MathF.Tanh(x * 1e-3f) * 1000f;
            public static float SmoothSilu(float x) => x / (1f + MathF.Exp(-x));
            public static float SmoothGelu(float x) => 0.5f * x * (1f + MathF.Tanh(0.7978845608f * (x + 0.044715f * x * x * x)));
            public static float SmoothExp(float x) => MathF.Exp(x);
            public static float SmoothLogs(float x) => MathF.Log(MathF.Abs(x) + 2f) + MathF.Log2(MathF.Abs(x) + 2f) + MathF.Log10(MathF.Abs(x) + 2f) + MathF.Log(MathF.Abs(x) + 2f, 3f);
            public static float SmoothPow(float x) => MathF.Pow(MathF.Abs(x), 1.7f) + MathF.Pow(x, 2f);
            public static float SmoothWave(float x) => MathF.Sin(x) + 3f * MathF.Cos(x) + 5f;
            public static float SmoothTan(float x) => MathF.Tan(x * 0.02f);
            public static float SmoothStatic(float x) => float.Exp(x * 0.1f) + float.Max(x, 1f) + float.Abs(x);
            """;
    }
}
