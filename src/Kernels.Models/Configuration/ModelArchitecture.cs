namespace Kernels.Models;

/// <summary>The published classes of the Llama family that are understood.</summary>
public enum ModelArchitecture
{
    /// <summary><c>LlamaForCausalLM</c>.</summary>
    Llama,

    /// <summary><c>MistralForCausalLM</c>.</summary>
    Mistral,

    /// <summary><c>Qwen2ForCausalLM</c>: biases on query, key and value.</summary>
    Qwen2,

    /// <summary><c>Qwen3ForCausalLM</c>: RMS norms on every query and key head.</summary>
    Qwen3,
}
