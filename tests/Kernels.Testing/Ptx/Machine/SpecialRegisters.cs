namespace Kernels.Testing.Ptx;

/// <summary>The special registers that are known when a group starts (PTX ISA, 10).</summary>
internal static class SpecialRegisters
{
    private static readonly Dictionary<string, Func<GroupPosition, int, uint>> Values = new()
    {
        ["%tid.x"] = (at, thread) => (uint)at.Group.At(thread).X,
        ["%tid.y"] = (at, thread) => (uint)at.Group.At(thread).Y,
        ["%tid.z"] = (at, thread) => (uint)at.Group.At(thread).Z,
        ["%ntid.x"] = (at, _) => (uint)at.Group.X,
        ["%ntid.y"] = (at, _) => (uint)at.Group.Y,
        ["%ntid.z"] = (at, _) => (uint)at.Group.Z,
        ["%ctaid.x"] = (at, _) => (uint)at.Index.X,
        ["%ctaid.y"] = (at, _) => (uint)at.Index.Y,
        ["%ctaid.z"] = (at, _) => (uint)at.Index.Z,
        ["%nctaid.x"] = (at, _) => (uint)at.Grid.X,
        ["%nctaid.y"] = (at, _) => (uint)at.Grid.Y,
        ["%nctaid.z"] = (at, _) => (uint)at.Grid.Z,
        ["%laneid"] = (_, thread) => (uint)thread % Warp.Lanes,
        ["%warpid"] = (_, thread) => (uint)thread / Warp.Lanes,
        ["%nwarpid"] = (at, _) => (uint)(at.Group.Count + Warp.Lanes - 1) / Warp.Lanes,
        ["%lanemask_eq"] = (_, thread) => 1u << thread,
        ["%lanemask_lt"] = (_, thread) => (1u << thread) - 1,
        ["%lanemask_le"] = (_, thread) => (2u << thread) - 1,
        ["%lanemask_gt"] = (_, thread) => ~((2u << thread) - 1),
        ["%lanemask_ge"] = (_, thread) => ~((1u << thread) - 1),
        ["%dynamic_smem_size"] = (at, _) => (uint)at.DynamicSharedBytes,
    };

    public static bool Contains(string name) => Values.ContainsKey(name);

    public static uint Value(string name, GroupPosition position, int thread) => Values[name](position, thread);
}
