namespace Kernels;

/// <summary>Base of the attributes that declare a kernel on a <c>static partial</c> property.</summary>
/// <remarks>The generator writes the property's body: one specialised program per target.</remarks>
[AttributeUsage(AttributeTargets.Property)]
public abstract class KernelAttribute : Attribute;
