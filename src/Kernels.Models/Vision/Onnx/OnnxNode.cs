namespace Kernels.Models;

/// <summary>An operation of an ONNX graph (NodeProto of the published schema, onnx/onnx.proto).</summary>
internal sealed class OnnxNode
{
    // NodeProto's and AttributeProto's fields.
    private const int Input = 1, Output = 2, Name = 3, Operator = 4, Attribute = 5;
    private const int AttributeName = 1, AttributeFloat = 2, AttributeInteger = 3, AttributeText = 4, AttributeTensor = 5, AttributeFloats = 7, AttributeIntegers = 8;

    private readonly Dictionary<string, ProtobufMessage> _attributes;

    private OnnxNode(ProtobufMessage message)
    {
        File = message.File;
        Inputs = [.. message.Texts(Input)];
        Outputs = [.. message.Texts(Output)];
        Kind = message.Text(Operator);
        Label = message.Text(Name) is { Length: > 0 } name ? name : Outputs.FirstOrDefault(Kind);
        _attributes = message.Messages(Attribute).GroupBy(attribute => attribute.Text(AttributeName)).ToDictionary(group => group.Key, group => group.Last());
    }

    /// <summary>The file, for messages.</summary>
    public string File { get; }

    /// <summary>Operator, such as <c>Conv</c>.</summary>
    public string Kind { get; }

    /// <summary>Its name, or that of its output.</summary>
    public string Label { get; }

    /// <summary>Names of the values it reads; empty where an optional one is left out.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>Names of the values it makes.</summary>
    public IReadOnlyList<string> Outputs { get; }

    /// <summary>Reads a node.</summary>
    public static OnnxNode Parse(ProtobufMessage message) => new(message);

    /// <summary>Whether there is an attribute of that name.</summary>
    public bool Has(string name) => _attributes.ContainsKey(name);

    /// <summary>A whole number, or <paramref name="fallback"/> where the attribute is absent.</summary>
    public long Integer(string name, long fallback) => Find(name)?.Number(AttributeInteger) ?? fallback;

    /// <summary>A float, or null.</summary>
    public float? Float(string name) => Find(name)?.Float(AttributeFloat);

    /// <summary>Whole numbers, or <paramref name="fallback"/> where the attribute is absent.</summary>
    public long[] Integers(string name, params long[] fallback) => Find(name)?.Numbers(AttributeIntegers) ?? fallback;

    /// <summary>What a constant holds, a tensor or numbers; null for anything else.</summary>
    public OnnxTensor? Constant() =>
        Find("value") is { } tensor ? tensor.Messages(AttributeTensor).Select(OnnxTensor.Parse).LastOrDefault()
        : Float("value_float") is { } number ? OnnxTensor.Of(Label, [number], isScalar: true)
        : Find("value_floats") is { } numbers ? OnnxTensor.Of(Label, numbers.Singles(AttributeFloats), isScalar: false)
        : Has("value_int") ? OnnxTensor.Of(Label, [Integer("value_int", 0)], isScalar: true)
        : Has("value_ints") ? OnnxTensor.Of(Label, Integers("value_ints"), isScalar: false)
        : null;

    /// <summary>A text; empty where the attribute is absent.</summary>
    public string Text(string name) => Find(name)?.Text(AttributeText) ?? "";

    /// <summary>The exception an operation deserves that no network of the known kind has.</summary>
    public ModelException Refuse(string received, string limit, string remedy = "MobileNet v1 and v2 are imported; export one of these without further operations.") =>
        new(File, $"operation '{Label}' ({Kind})", received, limit, remedy);

    private ProtobufMessage? Find(string name) => _attributes.GetValueOrDefault(name);
}
