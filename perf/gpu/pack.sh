#!/usr/bin/env bash
# Builds perf/gpu/kernels-gpu, one file for linux-x64 with the .NET runtime in it; copy it to the GPU machine together with run.sh.
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

most=$((48 * 1000 * 1000))
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
dotnet publish ../Kernels.Gpu -c Release -v quiet -p:Packed=true -o "$work"
mv "$work/kernels-gpu" kernels-gpu

size="$(stat -c %s kernels-gpu)"
echo "perf/gpu/kernels-gpu: $size bytes"
if [ "$size" -gt "$most" ]; then
  echo "That is more than the $most bytes it may have." >&2
  exit 1
fi
