using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace Kernels.Generators.Diagnostics;

/// <summary>
/// What can be wrong with a declaration. Ranges: KRN0xxx the declaration and its user methods, KRN1xxx the sparsity pattern,
/// KRN2xxx performance (information only), KRN3xxx device support, KRN9xxx the toolchain. An identifier is never reused.
/// </summary>
internal static class KernelDiagnostics
{
    private const string Declaration = "Kernels.Declaration";
    private const string Pattern = "Kernels.Pattern";
    private const string Performance = "Kernels.Performance";
    private const string Toolchain = "Kernels.Toolchain";
    private const string Pages = "generators/docs/";

    public static readonly DiagnosticDescriptor NotStaticPartial = new(
        "KRN0001", "A kernel property must be static and partial",
        "Property '{0}' must be declared 'static partial' so that the generator can write its body",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0001.md");

    public static readonly DiagnosticDescriptor WrongPropertyType = new(
        "KRN0002", "A kernel property has the wrong type",
        "Property '{0}' carries [{1}] and must have type '{2}', not '{3}'",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0002.md");

    public static readonly DiagnosticDescriptor NotGetOnly = new(
        "KRN0003", "A kernel property must be '{ get; }' without a body",
        "Property '{0}' must be declared with '{{ get; }}' only: the generator writes the body and a kernel cannot be replaced",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0003.md");

    public static readonly DiagnosticDescriptor HostNotPartial = new(
        "KRN0004", "A type that holds a kernel must be partial",
        "Type '{0}' must be partial because it contains kernel '{1}'",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0004.md");

    public static readonly DiagnosticDescriptor UnsupportedHost = new(
        "KRN0005", "This kind of type cannot hold a kernel",
        "Kernel '{0}' cannot be declared in {1} '{2}'; move it to a non-generic partial class, record or struct",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0005.md");

    public static readonly DiagnosticDescriptor TwoKernels = new(
        "KRN0006", "A property can hold one kernel",
        "Property '{0}' already carries [{1}]; declare [{2}] on a property of its own",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0006.md");

    public static readonly DiagnosticDescriptor HeadDim = new(
        "KRN0010", "HeadDim must be 8 to 256",
        "HeadDim is {0}; set it to the channels of one head, 8 to 256",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0010.md");

    public static readonly DiagnosticDescriptor Scale = new(
        "KRN0011", "Scale must be finite and not negative",
        "Scale is {0}; set a finite positive factor, or leave it at 0 for 1/√HeadDim",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0011.md");

    public static readonly DiagnosticDescriptor FamilySizes = new(
        "KRN0012", "A kernel has one size, a family several",
        "{0} does not belong on a property of type '{1}'; set {2}",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0012.md");

    public static readonly DiagnosticDescriptor HeadDimsOrder = new(
        "KRN0013", "HeadDims must ascend",
        "HeadDims is {0}; list each head dimension once, in ascending order",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0013.md");

    public static readonly DiagnosticDescriptor MethodNotFound = new(
        "KRN0020", "A method named by a kernel attribute does not exist",
        "{0} = \"{1}\" names no method of type '{2}'",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0020.md");

    public static readonly DiagnosticDescriptor MethodSignature = new(
        "KRN0021", "A method named by a kernel attribute has the wrong signature",
        "{0} = \"{1}\" needs a static, non-generic method of signature {2}",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0021.md");

    public static readonly DiagnosticDescriptor MethodAmbiguous = new(
        "KRN0022", "A method named by a kernel attribute is ambiguous",
        "{0} = \"{1}\" fits more than one overload; rename one of them",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0022.md");

    public static readonly DiagnosticDescriptor NoSource = new(
        "KRN0023", "A method cannot be inlined because its source is not in this project",
        "'{0}' cannot be inlined into a kernel: {1}",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0023.md");

    public static readonly DiagnosticDescriptor UnsupportedConstruct = new(
        "KRN0030", "This construct cannot be inlined into a kernel",
        "{0} cannot be inlined into a kernel; use arithmetic, comparisons, locals, if/return, ?:, switch and static methods",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0030.md");

    public static readonly DiagnosticDescriptor UnsupportedType = new(
        "KRN0031", "This type cannot be used in an inlined method",
        "A value of type '{0}' cannot be inlined into a kernel; use int, float or bool (MathF instead of Math, 0.5f instead of 0.5)",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0031.md");

    public static readonly DiagnosticDescriptor Recursion = new(
        "KRN0032", "A recursive method cannot be inlined into a kernel",
        "'{0}' calls itself ({1}) and cannot be inlined into a kernel",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0032.md");

    public static readonly DiagnosticDescriptor Throws = new(
        "KRN0033", "An inlined method cannot throw",
        "A kernel cannot throw; return a value for every input instead",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0033.md");

    public static readonly DiagnosticDescriptor CheckedArithmetic = new(
        "KRN0034", "An inlined method cannot use checked arithmetic",
        "A kernel cannot detect overflow; put this integer operation in an unchecked context",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0034.md");

    public static readonly DiagnosticDescriptor TooLarge = new(
        "KRN0035", "An inlined method is too large",
        "'{0}' becomes more than {1} operations when inlined; simplify it",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0035.md");

    public static readonly DiagnosticDescriptor UnsupportedFunction = new(
        "KRN0036", "This library function cannot be inlined into a kernel",
        "'{0}' has no counterpart on every device; available are {1} on float and Abs, Min, Max, Clamp, Sign on int",
        Declaration, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN0036.md");

    public static readonly DiagnosticDescriptor MaskMissing = new(
        "KRN1001", "A masked attention kernel needs a mask",
        "[MaskedAttention] on '{0}' names no mask; set Mask = nameof(…) or use [DenseAttention]",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1001.md");

    public static readonly DiagnosticDescriptor Block = new(
        "KRN1002", "Block must be a multiple of 32 from 32 to 1024",
        "Block is {0}; set a multiple of 32 from 32 to 1024",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1002.md");

    public static readonly DiagnosticDescriptor Step = new(
        "KRN1003", "Step must be 1 to 1024",
        "Step is {0}; set the number of query blocks that share a selection, 1 to 1024",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1003.md");

    public static readonly DiagnosticDescriptor Theta = new(
        "KRN1004", "Theta must be a number",
        "Theta is NaN; set a threshold in natural-log score units, such as 12",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1004.md");

    public static readonly DiagnosticDescriptor AnchorNotCausal = new(
        "KRN1005", "AnchorAttention is always causal",
        "AnchorAttention is defined for causal attention only; remove Causal = false",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1005.md");

    public static readonly DiagnosticDescriptor KeptOf = new(
        "KRN1006", "An N:M pattern is out of range",
        "Kept:Of is {0}:{1}; set 1 to Of kept weights of at most 32",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1006.md");

    public static readonly DiagnosticDescriptor GroupRows = new(
        "KRN1007", "Outputs that share their inputs are not so many",
        "{0} is {1}; set {2} outputs that share their inputs",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1007.md");

    public static readonly DiagnosticDescriptor ConvolutionWindow = new(
        "KRN1008", "A convolution's window is out of range",
        "{0} is {1}; it must be {2}",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1008.md");

    public static readonly DiagnosticDescriptor OneSelector = new(
        "KRN1010", "A selecting kernel has exactly one selector",
        "Selectors set: {0}; set exactly one of TopK, TopShare, Mass, Threshold, Difference and Select",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1010.md");

    public static readonly DiagnosticDescriptor SelectionParameter = new(
        "KRN1011", "A parameter of a selection is out of range",
        "{0} is {1}; it must be {2}",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1011.md");

    public static readonly DiagnosticDescriptor BoundsSelector = new(
        "KRN1012", "Bounds are not probabilities",
        "{0} compares probabilities, and the estimator Bounds gives upper bounds of scores; select with TopK, TopShare or a method",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1012.md");

    public static readonly DiagnosticDescriptor VerticalSlashNotCausal = new(
        "KRN1013", "Vertical-Slash attention is always causal",
        "Vertical-Slash attention is defined for causal attention only; remove Causal = false",
        Pattern, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN1013.md");

    public static readonly DiagnosticDescriptor PaddedHeadDim = new(
        "KRN2001", "HeadDim is padded",
        "HeadDim {0} is not a multiple of 16 and is computed as up to {1}: vectors hold up to 16 channels",
        Performance, DiagnosticSeverity.Info, true, helpLinkUri: Pages + "KRN2001.md");

    public static readonly DiagnosticDescriptor ConstantMask = new(
        "KRN2002", "A mask gives every pair the same answer",
        "Mask '{0}' is always {1}: {2}",
        Performance, DiagnosticSeverity.Info, true, helpLinkUri: Pages + "KRN2002.md");

    public static readonly DiagnosticDescriptor LaneByLane = new(
        "KRN2003", "An operation is computed one element at a time on the processor",
        "'{0}' uses {1}, which processors compute one element at a time; {2}",
        Performance, DiagnosticSeverity.Info, true, helpLinkUri: Pages + "KRN2003.md");

    public static readonly DiagnosticDescriptor LanguageVersion = new(
        "KRN9001", "Kernels need C# 13 or newer",
        "Kernels are declared on partial properties, which need C# 13; this project compiles as C# {0}",
        Toolchain, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN9001.md");

    public static readonly DiagnosticDescriptor UnsafeCode = new(
        "KRN9002", "Kernels need unsafe code to be allowed",
        "Generated kernels use pointers; set <AllowUnsafeBlocks>true</AllowUnsafeBlocks> in this project",
        Toolchain, DiagnosticSeverity.Error, true, helpLinkUri: Pages + "KRN9002.md");

    /// <summary>Every descriptor.</summary>
    public static ImmutableArray<DiagnosticDescriptor> All { get; } =
    [
        NotStaticPartial, WrongPropertyType, NotGetOnly, HostNotPartial, UnsupportedHost, TwoKernels, HeadDim, Scale, FamilySizes, HeadDimsOrder,
        MethodNotFound, MethodSignature, MethodAmbiguous, NoSource, UnsupportedConstruct, UnsupportedType, Recursion,
        Throws, CheckedArithmetic, TooLarge, UnsupportedFunction, MaskMissing, Block, Step, Theta, AnchorNotCausal,
        KeptOf, GroupRows, ConvolutionWindow, OneSelector, SelectionParameter, BoundsSelector, VerticalSlashNotCausal, PaddedHeadDim, ConstantMask, LaneByLane, LanguageVersion, UnsafeCode,
    ];
}
