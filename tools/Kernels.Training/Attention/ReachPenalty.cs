namespace Kernels.Training.Attention;

/// <summary>
/// The penalty weight·(lse − lse of the reach) per row and head: minus the logarithm of the attention that stays within
/// <see cref="Reach"/>. Its gradient in the scores is weight·(P − P restricted to the reach and normalised).
/// </summary>
/// <param name="Group">Queries of a group; 0 for no penalty.</param>
/// <param name="Weight">Factor, the loss's own factor included.</param>
/// <param name="LogSumExp">[tokens, query heads] over the keys within reach.</param>
internal readonly unsafe struct ReachPenalty(int Group, float Weight, float* LogSumExp)
{
    public readonly int Group = Group;
    public readonly float Weight = Weight;
    public readonly float* LogSumExp = LogSumExp;

    /// <summary>What the penalty adds to dP in one row of a tile, before the multiplication by P.</summary>
    public float Slope(bool covered, int row, float logSumExp) =>
        Group == 0 ? 0 : Weight * (covered ? 1 - MathF.Exp(logSumExp - LogSumExp[row]) : 1);
}
