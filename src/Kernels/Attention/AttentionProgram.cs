using System.ComponentModel;

namespace Kernels;

/// <summary>One lowering of a declared attention kernel; generated code derives from the families below it.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class AttentionProgram : KernelProgram<AttentionDeclaration, AttentionShape, AttentionPlan>;
