#!/usr/bin/env bash
# Checks every CUDA kernel on this machine's GPU, measures the published rows and, where python3 has PyTorch, the same shapes there.
# Needs kernels-gpu (from pack.sh) beside it and NVIDIA's driver; no .NET. Writes results/DATE-GPU.json and the table as .md beside it.
# Arguments are passed on: --only PREFIX, --device cuda:1, --help.
set -euo pipefail
cd "$(dirname "$0")"

if [ ! -x kernels-gpu ]; then
  echo "kernels-gpu is not here: build it with pack.sh where .NET is, and copy it beside this script." >&2
  exit 1
fi
if [ $# -gt 0 ]; then
  exec ./kernels-gpu "$@"
fi

gpu="$(nvidia-smi --query-gpu=name --format=csv,noheader --id=0 2>/dev/null | tr -cs 'A-Za-z0-9\n' '-' || true)"
name="results/$(date -u +%Y-%m-%d)-${gpu:-gpu}"
mkdir -p results
# A run that failed, or found a wrong kernel, leaves no result behind.
trap 'rm -f "$name.part.json" "$name.part.md"' EXIT
status=0
./kernels-gpu --json "$name.part.json" >"$name.part.md" || status=$?
cat "$name.part.md"
if [ "$status" -eq 0 ]; then
  nvidia-smi --query-gpu=name,driver_version --format=csv,noheader >>"$name.part.md" 2>/dev/null || true
  mv "$name.part.json" "$name.json"
  mv "$name.part.md" "$name.md"
  echo "Written: perf/gpu/$name.json, .md"
fi
exit "$status"
