namespace Kernels;

/// <summary>Answer to "can this run there?", with the reason when it cannot.</summary>
/// <param name="IsSupported">Whether it can.</param>
/// <param name="Reason">Why not; null when it can.</param>
public readonly record struct Support(bool IsSupported, string? Reason)
{
    /// <summary>It can.</summary>
    public static Support Yes => new(true, null);

    /// <summary>It cannot, because of <paramref name="reason"/>.</summary>
    public static Support No(string reason) => new(false, reason);
}
