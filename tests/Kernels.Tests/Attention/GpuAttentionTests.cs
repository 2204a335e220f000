using Kernels.Testing;
using Xunit;

namespace Kernels.Tests.Attention;

public sealed class GpuAttentionTests(SharedDevices devices) : IClassFixture<SharedDevices>
{
    public static TheoryData<string, string> Problems()
    {
        var data = new TheoryData<string, string>();
        foreach (var device in new[] { "opencl", "cuda" })
            foreach (var name in AttentionCases.Names)
                data.Add(device, name);
        foreach (var name in AttentionCases.TinyNames) data.Add("simulator", name);
        return data;
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void Agrees_with_the_oracle(string device, string name) => AttentionCases.Named(name).Run(devices[device]);
}
