using System.Text.Json;
using Kernels.Cli.Tests.Running;
using Xunit;

namespace Kernels.Cli.Tests;

public class DevicesTests
{
    [Fact]
    public void Json_says_for_every_name_whether_it_is_here_or_what_is_missing()
    {
        var outcome = InProcess.Run("devices", "--json").Succeeded();
        var devices = JsonDocument.Parse(outcome.Output).RootElement.GetProperty("devices").EnumerateArray().ToArray();
        Assert.Equal(Devices.Names.Union(Devices.CudaNames()), devices.Select(device => device.GetProperty("name").GetString()));
        foreach (var device in devices)
        {
            var available = device.GetProperty("available").GetBoolean();
            Assert.Equal(available, device.GetProperty("description").ValueKind == JsonValueKind.String);
            Assert.Equal(!available, device.GetProperty("missing").ValueKind == JsonValueKind.String);
            using var opened = Devices.TryOpen(device.GetProperty("name").GetString()!, out var found, out _) ? found : null;
            Assert.Equal(opened is not null, available);
        }

        Assert.True(devices[0].GetProperty("available").GetBoolean(), "the processor is always here");
    }

    [Fact]
    public void The_table_has_a_line_for_every_name()
    {
        var outcome = InProcess.Run("devices").Succeeded();
        foreach (var name in Devices.Names) Assert.Contains(outcome.Output.Split('\n'), line => line.StartsWith(name, StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', outcome.Output);
    }
}
