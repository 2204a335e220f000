namespace Kernels;

/// <summary>How neighbouring keys share their scores before the best are kept.</summary>
public enum ScorePooling
{
    /// <summary>The mean over the neighbours; those outside the scored keys count as 0.</summary>
    Average,

    /// <summary>The largest of the neighbours.</summary>
    Maximum,
}
