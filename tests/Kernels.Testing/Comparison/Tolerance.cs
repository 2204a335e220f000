using Xunit;

namespace Kernels.Testing;

/// <summary>
/// Tolerances in one place. Products are compared by normalised root-mean-square error and by largest absolute error
/// relative to the largest reference magnitude; fp32 accumulation over k terms drifts by about √k·2⁻²⁴.
/// </summary>
public static class Tolerance
{
    /// <summary>Allowed (rms, max) relative error of an operation computed in fp32 from values stored as <paramref name="type"/>.</summary>
    /// <remarks>The oracle reads the same rounded values, so storage adds error only where outputs are stored in 16 bits.</remarks>
    public static (double Rms, double Max) Of(ElementType outputType) => outputType switch
    {
        ElementType.BFloat16 => (4e-3, 8e-3), // 8 bits of significand: half an ulp is 2⁻⁹
        ElementType.Float16 => (5e-4, 1e-3), // 11 bits: 2⁻¹²
        _ => (2e-6, 1e-5),
    };

    /// <summary>Asserts closeness; NaN and infinities must stand in the same places.</summary>
    public static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, ElementType outputType, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double squares = 0, errors = 0, largest = 0, worst = 0;
        var where = -1;
        for (var i = 0; i < expected.Length; i++)
        {
            if (double.IsNaN(expected[i]) || double.IsInfinity(expected[i]))
            {
                Assert.True(expected[i].Equals((double)actual[i]), $"{what}: element {i} is {actual[i]}, expected {expected[i]}");
                continue;
            }

            Assert.True(float.IsFinite(actual[i]), $"{what}: element {i} is {actual[i]}, expected {expected[i]}");
            var error = Math.Abs(expected[i] - actual[i]);
            squares += expected[i] * expected[i];
            errors += error * error;
            largest = Math.Max(largest, Math.Abs(expected[i]));
            if (error > worst) (worst, where) = (error, i);
        }

        var (rms, max) = Of(outputType);
        var relativeRms = squares == 0 ? Math.Sqrt(errors) : Math.Sqrt(errors / squares);
        var relativeMax = largest == 0 ? worst : worst / largest;
        Assert.True(relativeRms <= rms && relativeMax <= max,
            $"{what}: rms error {relativeRms:g3} (limit {rms:g3}), largest {relativeMax:g3} (limit {max:g3}) at element {where}: {(where < 0 ? 0 : actual[where])} for {(where < 0 ? 0 : expected[where])}");
    }
}
