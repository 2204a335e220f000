using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Runtime.OpenCL;

namespace Kernels;

/// <summary>Opens OpenCL devices.</summary>
internal static class OpenClDevices
{
    private const string WayOut =
        "install an OpenCL runtime: your GPU vendor's, or pocl-opencl-icd and ocl-icd-libopencl1 (Debian, Ubuntu) for the processor";

    /// <summary>Held while a device is opened or closed or a program is built: processes that did so from several threads at once crashed now and then within PoCL, and none did since.</summary>
    public static Lock Driver { get; } = new();

    /// <summary>Opens the first GPU, or else the first device.</summary>
    public static bool TryOpen([NotNullWhen(true)] out Device? device, [NotNullWhen(false)] out string? reason)
    {
        IlgpuLibraries.Prepare();
        using var driver = Driver.EnterScope();
        Context? context = null;
        (device, reason) = (null, null);
        try
        {
            context = Context.Create(builder => builder.OpenCL(Admit).EnableAlgorithms().Optimize(OptimizationLevel.O2));
            var devices = context.Devices.OfType<CLDevice>().ToArray();
            if (devices.Length == 0)
            {
                context.Dispose();
                reason = $"no OpenCL device was found; {WayOut}";
                return false;
            }

            var chosen = devices.FirstOrDefault(candidate => candidate.DeviceType == CLDeviceType.CL_DEVICE_TYPE_GPU) ?? devices[0];
            var accelerator = chosen.CreateCLAccelerator(context);
            device = new IlgpuDevice(
                DeviceKind.OpenCL, GpuLowering.OpenCL, context, accelerator,
                $"{chosen.Name.Trim()} ({chosen.PlatformName.Trim()})");
            return true;
        }
        catch (Exception exception)
        {
            context?.Dispose();
            reason = $"OpenCL could not be started ({exception.Message}); {WayOut}";
            return false;
        }
    }

    // ILGPU demands the generic address space and OpenCL C 2.0 although kernels compiled at O2 use neither; PoCL reports
    // version 3.0 without the former.
    private static bool Admit(CLDevice device)
    {
        if (device.Capabilities.GenericAddressSpace) return true;
        if (device.DeviceVersion < CLDeviceVersion.CL20) return false;
        Set(device.Capabilities, nameof(CLCapabilityContext.GenericAddressSpace), true);
        Set(device, nameof(CLDevice.DeviceVersion), CLDeviceVersion.CL20);
        return true;
    }

    private static void Set(object target, string property, object value)
    {
        var setter = target.GetType().GetProperty(property, BindingFlags.Instance | BindingFlags.Public)?.GetSetMethod(nonPublic: true)
            ?? throw new MissingMethodException(target.GetType().Name, "set_" + property);
        setter.Invoke(target, [value]);
    }
}
