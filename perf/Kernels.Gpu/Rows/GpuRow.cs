using Kernels.Gpu.Reports;
using Kernels.Gpu.Timing;

namespace Kernels.Gpu.Rows;

/// <summary>One line of the table.</summary>
/// <param name="Name">Name, the same for the peers.</param>
/// <param name="Limit">What it runs into.</param>
/// <param name="Targets">What it must reach.</param>
internal abstract record GpuRow(string Name, RowLimit Limit, params RowTarget[] Targets)
{
    /// <summary>The shape in a few words.</summary>
    public abstract string Description { get; }

    /// <summary>What the peers need to know: a name for each number.</summary>
    public abstract IReadOnlyDictionary<string, object> Shape { get; }

    /// <summary>Times the row; where the device refuses it, the report says why.</summary>
    public RowReport Measure(Device device, ColdTimer timer)
    {
        var report = new RowReport { Name = Name, Description = Description, Limit = Limit, Targets = Targets };
        try
        {
            using var prepared = Prepare(device);
            report.Seconds = timer.Median(prepared.Run);
            (report.Operations, report.Bytes, report.Launches) = (prepared.Operations(), prepared.Bytes, prepared.Launches);
        }
        catch (Exception exception) when (exception is KernelException or Scheduling.SchedulingException or OutOfMemoryException or DeviceException)
        {
            report.NotRun = exception is KernelException refused ? refused.Limit : exception.Message;
        }

        return report;
    }

    /// <summary>Brings operands to the device.</summary>
    protected abstract PreparedRow Prepare(Device device);
}
