namespace Kernels.Testing;

/// <summary>Deterministic inputs that are exact in the storage they are meant for, so that oracle and kernel read the same.</summary>
public static class RandomValues
{
    /// <summary>Standard normal values rounded to <paramref name="type"/>.</summary>
    public static float[] Normal(int seed, int count, ElementType type = ElementType.Float32, float scale = 1f)
    {
        var random = new Random(seed);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            // Box and Muller, 1958.
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = Round((float)(scale * radius * Math.Cos(2 * Math.PI * random.NextDouble())), type);
        }

        return values;
    }

    /// <summary>The value as <paramref name="type"/> stores it.</summary>
    public static float Round(float value, ElementType type) => type switch
    {
        ElementType.BFloat16 => ElementTypes.FromBFloat16(ElementTypes.ToBFloat16(value)),
        ElementType.Float16 => ElementTypes.FromFloat16(ElementTypes.ToFloat16(value)),
        _ => value,
    };
}
