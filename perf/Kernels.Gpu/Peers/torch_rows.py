"""Times the shapes on standard input with PyTorch: device events, a cold second-level cache, medians. Prints one line of JSON."""
import json
import statistics
import sys

shapes = json.load(sys.stdin)
try:
    import torch
except ImportError as error:
    print(json.dumps({"missing": f"python3 has no PyTorch ({error})"}))
    sys.exit(0)
if not torch.cuda.is_available():
    print(json.dumps({"missing": "PyTorch finds no CUDA device"}))
    sys.exit(0)

import torch.nn.functional as F

# Products and convolutions of fp32 are compared with fp32.
torch.backends.cudnn.allow_tf32 = False

source, target = (torch.empty(128 << 20, dtype=torch.uint8, device="cuda") for _ in range(2))


def median(run):
    run(0)
    torch.cuda.synchronize()
    samples = []
    while len(samples) < 5 or (len(samples) < 50 and sum(samples) < 2.0):
        target.copy_(source)
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        run(len(samples))
        end.record()
        end.synchronize()
        samples.append(start.elapsed_time(end) / 1e3)
    return statistics.median(samples)


def product(shape):
    rows, inputs, outputs, dtype = shape["rows"], shape["inputs"], shape["outputs"], getattr(torch, shape["type"])
    x = [torch.randn(rows, inputs, dtype=dtype, device="cuda") for _ in range(2)]
    w = [torch.randn(outputs, inputs, dtype=dtype, device="cuda") for _ in range(2)]
    yield "torch.matmul", lambda: median(lambda i: torch.matmul(x[i % 2], w[i % 2].t()))
    if not shape["sparse"]:
        return

    def semi_structured():
        from torch.sparse import to_sparse_semi_structured
        # The two largest magnitudes of every four.
        kept = [torch.zeros_like(v.view(-1, 4)).scatter_(1, v.view(-1, 4).abs().topk(2, 1).indices, 1).view_as(v) * v for v in w]
        packed = [to_sparse_semi_structured(v) for v in kept]
        # The library multiplies by sparse weights from the left, and takes no single column: rows are padded to eight.
        y = [F.pad(v, (0, 0, 0, max(0, 8 - rows))).t().contiguous() for v in x]
        return median(lambda i: torch.mm(packed[i % 2], y[i % 2]))

    yield "torch.sparse", semi_structured


def convolution(shape):
    channels, side, groups = shape["channels"], shape["side"], shape["groups"]
    x = [torch.randn(1, channels, side, side, device="cuda") for _ in range(2)]
    w = torch.randn(channels, channels // groups, shape["window"], shape["window"], device="cuda")
    yield "torch.conv2d", lambda: median(lambda i: F.conv2d(x[i % 2], w, padding=shape["padding"], groups=groups))


def attention(shape):
    from torch.nn.attention import SDPBackend, sdpa_kernel
    size = (1, shape["heads"], shape["tokens"], shape["channels"])
    q, k, v = (torch.randn(size, dtype=torch.float16, device="cuda") for _ in range(3))

    def sdpa(backend):
        def run():
            with sdpa_kernel(backend):
                return median(lambda i: F.scaled_dot_product_attention(q, k, v, is_causal=True))
        return run

    yield "sdpa.flash", sdpa(SDPBackend.FLASH_ATTENTION)
    yield "sdpa.cudnn", sdpa(SDPBackend.CUDNN_ATTENTION)
    block = shape["block"]
    if not block:
        return

    def flex():
        from torch.nn.attention.flex_attention import create_block_mask, flex_attention
        count = shape["tokens"] // block
        rows = torch.arange(count, device="cuda")
        chosen = torch.rand(shape["heads"], count, count, device="cuda") < 0.1 - 2.0 / (rows + 1)[None, :, None]
        chosen |= (rows[None, :] == 0) | (rows[None, :] == rows[:, None])
        mask = create_block_mask(
            lambda b, h, i, j: (i >= j) & chosen[h, i // block, j // block], None, shape["heads"], shape["tokens"], shape["tokens"],
            device="cuda", BLOCK_SIZE=block, _compile=True)
        compiled = torch.compile(flex_attention)
        return median(lambda i: compiled(q, k, v, block_mask=mask))

    yield "flex", flex


def launch(shape):
    x, y = (torch.randn(1, shape["columns"], device="cuda") for _ in range(2))

    def captured():
        graph = torch.cuda.CUDAGraph()
        torch.add(x, y)
        torch.cuda.synchronize()
        with torch.cuda.graph(graph):
            for _ in range(shape["kernels"]):
                torch.add(x, y, out=x)
        return median(lambda i: graph.replay())

    yield "torch.cuda.graph", captured


rows = {}
for name, shape in shapes.items():
    rows[name] = {}
    for contender, measure in {"product": product, "convolution": convolution, "attention": attention, "launch": launch}[shape["kind"]](shape):
        try:
            rows[name][contender] = measure()
            print(f"{name}: {contender}", file=sys.stderr)
        except Exception as error:  # A back end that refuses a shape is left out, and the others run.
            print(f"{name}: {contender} not run: {str(error).splitlines()[0] if str(error) else type(error).__name__}", file=sys.stderr)
        torch.cuda.empty_cache()

print(json.dumps({"description": f"PyTorch {torch.__version__} on {torch.cuda.get_device_name()}", "rows": rows}))
