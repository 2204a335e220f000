#!/usr/bin/env bash
# Builds everything and runs every test. As root it first installs what some tests need (an OpenCL runtime for the processor).
# KERNELS_REQUIRE_DEVICES=cpu,opencl,simulator turns a missing device from a skip with a reason into a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

if ! ls /etc/OpenCL/vendors/*.icd >/dev/null 2>&1; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing PoCL (OpenCL on the processor) with apt-get."
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends pocl-opencl-icd ocl-icd-libopencl1) >/dev/null ||
      echo "PoCL could not be installed; tests on opencl are skipped unless required."
  else
    echo "No OpenCL runtime: tests on opencl are skipped unless required. Install pocl-opencl-icd (Debian, Ubuntu) to run them."
  fi
fi

cuda="$(tests/ptxas.sh)" && [ -n "$cuda" ] && export PATH="$PATH:$cuda"

results="$(mktemp -d)"
trap 'rm -rf "$results"' EXIT

dotnet build Kernels.sln -c Release -v quiet
status=0
dotnet test Kernels.sln -c Release --no-build --logger "console;verbosity=quiet" --logger "trx;LogFilePrefix=tests" --results-directory "$results" "$@" || status=$?

# At the end, where the tail of a log shows it: why tests were skipped, and which failed with the first line of what they say.
find "$results" -name '*.trx' -exec cat {} + | awk '
  function attribute(name) { return match($0, " " name "=\"[^\"]*") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 3) : "" }
  function said() { sub(/^ *<(Message|StdOut)>/, ""); sub(/<\/(Message|StdOut)>.*/, ""); return $0 }
  /<UnitTestResult / { test = attribute("testName"); outcome = attribute("outcome") }
  /<(Message|StdOut)>/ && outcome == "NotExecuted" { skipped[said()]++; outcome = "" }
  /<Message>/ && outcome == "Failed" { failed[++failures] = test "\n    " said(); outcome = "" }
  END {
    for (reason in skipped) printf "Skipped %d: %s\n", skipped[reason], reason
    for (i = 1; i <= failures; i++) print "Failed " failed[i]
  }' | sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&#xD;//g; s/&amp;/\&/g'
exit "$status"
