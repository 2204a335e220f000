namespace Kernels.Testing.Ptx;

/// <summary><c>cp.async.commit_group</c>, <c>wait_group</c> and <c>wait_all</c>.</summary>
/// <param name="commit">Whether the copies started so far become a group.</param>
/// <param name="remaining">Groups that need not be complete afterwards; null waits for none.</param>
internal sealed class AsyncCopyWait(bool commit, int? remaining) : LaneInstruction
{
    public override void Execute(Warp warp, uint lanes)
    {
        for (var lane = 0; lane < Warp.Lanes; lane++)
        {
            if ((lanes >> lane & 1) == 0) continue;
            if (commit) warp.Copies(lane).Commit();
            if (remaining is { } groups) warp.Copies(lane).Wait(warp, lane, groups);
        }
    }
}
