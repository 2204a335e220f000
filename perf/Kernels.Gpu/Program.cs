using Kernels.Gpu.Commands;

return (int)GpuCommand.Invoke(args);
