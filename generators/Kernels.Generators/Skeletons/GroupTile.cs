using Kernels.Generators.Emission;

namespace Kernels.Generators.Skeletons;

/// <summary>What a target says inside the loops of <see cref="GroupSkeleton"/>.</summary>
internal abstract class GroupTile
{
    /// <summary>Lanes of a vector.</summary>
    public abstract int Lanes { get; }

    /// <summary>The type of a vector of accumulators.</summary>
    public abstract string Vector { get; }

    /// <summary>A vector of zeros.</summary>
    public abstract string Zero { get; }

    /// <summary>Attributes of a hot method.</summary>
    public abstract string MethodAttributes { get; }

    /// <summary>The value at <paramref name="pointer"/> in every lane.</summary>
    public abstract string Broadcast(string pointer);

    /// <summary><paramref name="activation"/> · <paramref name="weight"/> + <paramref name="sum"/>.</summary>
    public abstract string MultiplyAdd(string activation, string weight, string sum);

    /// <summary>The vector at <paramref name="pointer"/>.</summary>
    public abstract string Load(string pointer);

    /// <summary>The bits that both vectors have.</summary>
    public abstract string And(string left, string right);

    /// <summary>The even lanes of two neighbouring vectors, in an order of the target's.</summary>
    public abstract string Even(string near, string far);

    /// <summary>The odd lanes, in the order of <see cref="Even"/>.</summary>
    public abstract string Odd(string near, string far);

    /// <summary>A vector in the order of <see cref="Even"/>, put in order.</summary>
    public abstract string InOrder(string vector);

    /// <summary>A statement that asks for the cache line at <paramref name="pointer"/>, into the second-level cache.</summary>
    public abstract string Fetch(string pointer);

    /// <summary>A statement that asks for the cache line at <paramref name="pointer"/>, into the first-level cache.</summary>
    public abstract string FetchNear(string pointer);

    /// <summary>Writes the statements that apply the epilogue to <paramref name="sum"/> and store it.</summary>
    public abstract void Finish(SourceWriter writer, string sum, string pointer);
}
