#!/usr/bin/env bash
# Prints a folder that holds NVIDIA's ptxas, cuobjdump and nvdisasm, for tests that assemble CUDA kernels without a GPU.
# Where they are not installed and Debian's nvidia-cuda-toolkit (component non-free, under NVIDIA's licence) can be had, they are
# taken out of its package into a cache; nothing is installed. Otherwise prints nothing, and those tests compile to PTX only.
set -euo pipefail

tools=(ptxas cuobjdump nvdisasm)
if command -v ptxas >/dev/null; then
  dirname "$(command -v ptxas)"
  exit
fi

cache="${XDG_CACHE_HOME:-$HOME/.cache}/kernels/cuda"
if [ -x "$cache/ptxas" ]; then
  echo "$cache"
  exit
fi

notice() {
  echo "ptxas: $1; CUDA kernels are compiled to PTX but not assembled. Install nvidia-cuda-toolkit to change that." >&2
  exit 0
}

command -v apt-get >/dev/null && [ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || notice "this is no Debian on amd64"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{lists,archives}/partial "$work/bin"

# The mirrors in use, with the component that holds the package.
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
  awk -v key="$([ -e "$keyring" ] && echo "[signed-by=$keyring] ")" '$3 == "main" { print "deb " key $1 " " $2 " non-free" }' >"$work/sources.list"
options=(-qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work" -o APT::Sandbox::User=root)
{ apt-get "${options[@]}" update && cd "$work" && apt-get "${options[@]}" download nvidia-cuda-toolkit; } >/dev/null 2>&1 ||
  notice "nvidia-cuda-toolkit cannot be had"
dpkg-deb --fsys-tarfile "$work"/nvidia-cuda-toolkit_*.deb | tar -x -C "$work/bin" --strip-components=3 "${tools[@]/#/./usr/bin/}" ||
  notice "the package holds no such programs"
mkdir -p "$cache"
mv "$work"/bin/* "$cache"
echo "$cache"
