namespace Kernels.Training.Optimization;

/// <summary>
/// Linear warm-up, a plateau at the peak, then a linear fall to a floor (warm-up–stable–decay, arXiv 2404.06395): the plateau
/// can be cut short or prolonged without having trained for nothing.
/// </summary>
/// <param name="Peak">Rate of the plateau.</param>
/// <param name="Floor">Rate at the end, as a share of the peak.</param>
/// <param name="WarmUp">Steps spent rising.</param>
/// <param name="Decay">Share of all tokens spent falling, 0 to 1.</param>
internal sealed record LearningRateSchedule(double Peak, double Floor, int WarmUp, double Decay)
{
    /// <summary>The rate of step <paramref name="step"/> (from 0) when share <paramref name="progress"/> of all tokens has been seen.</summary>
    public double At(int step, double progress)
    {
        var rise = Math.Min(1, (step + 1.0) / Math.Max(WarmUp, 1));
        var fall = Decay <= 0 ? 1 : Math.Clamp((1 - progress) / Decay, 0, 1);
        return Peak * Math.Min(rise, Floor + (1 - Floor) * fall);
    }
}
