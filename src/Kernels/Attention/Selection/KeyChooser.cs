using System.ComponentModel;

namespace Kernels;

/// <summary>Asks a user's selector about key blocks; generated for each kernel that has one.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class KeyChooser
{
    /// <summary>Whether a group of rows visits a block that is not forced.</summary>
    /// <param name="estimate">The block's estimate.</param>
    /// <param name="rank">Blocks before it: the forced ones, then those of larger estimate.</param>
    /// <param name="mass">Sum of their estimates ÷ the sum of all.</param>
    /// <param name="queryGroup">Group of rows.</param>
    /// <param name="keyBlock">The block.</param>
    public abstract bool Keep(float estimate, int rank, float mass, int queryGroup, int keyBlock);
}
