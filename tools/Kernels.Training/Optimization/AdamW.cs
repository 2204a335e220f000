using Kernels.Training.Model;
using Kernels.Training.Numerics;

namespace Kernels.Training.Optimization;

/// <summary>Adam with decoupled weight decay (arXiv 1711.05101) and clipping by the global norm.</summary>
internal sealed unsafe class AdamW(ParameterLayout layout, AdamOptions options) : IDisposable
{
    /// <summary>First moments.</summary>
    public Workspace First { get; } = new(layout.Length);

    /// <summary>Second moments.</summary>
    public Workspace Second { get; } = new(layout.Length);

    /// <summary>Updates made.</summary>
    public int Steps { get; set; }

    /// <summary>Makes one update and returns the gradient's norm before clipping.</summary>
    public double Step(float* parameters, float* gradient, double learningRate)
    {
        double squares = 0;
        for (var i = 0; i < layout.Length; i++) squares += (double)gradient[i] * gradient[i];
        var norm = Math.Sqrt(squares);
        if (!double.IsFinite(norm))
            throw new InvalidOperationException($"The gradient of update {Steps + 1} is not finite; resume from the last checkpoint with a lower learning rate.");
        Steps++;
        var clip = (float)(norm > options.ClipNorm ? options.ClipNorm / norm : 1);
        var (beta1, beta2) = (options.Beta1, options.Beta2);
        var rate = (float)(learningRate / (1 - Math.Pow(beta1, Steps)));
        var correction = (float)(1 / (1 - Math.Pow(beta2, Steps)));
        float* first = First.Pointer, second = Second.Pointer;
        foreach (var slice in layout.Slices)
        {
            var keep = slice.Decays ? (float)(1 - learningRate * options.WeightDecay) : 1f;
            for (var i = slice.Offset; i < slice.Offset + slice.Length; i++)
            {
                var g = gradient[i] * clip;
                first[i] = beta1 * first[i] + (1 - beta1) * g;
                second[i] = beta2 * second[i] + (1 - beta2) * g * g;
                parameters[i] = parameters[i] * keep - rate * first[i] / (MathF.Sqrt(second[i] * correction) + options.Epsilon);
            }
        }

        return norm;
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
    }
}
