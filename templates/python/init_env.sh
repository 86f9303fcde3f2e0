#!/usr/bin/env bash
# Makes .venv, as uv.lock says: on a laptop, in CI, and by rdvc on the cluster. Then
#   source .venv/bin/activate
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! command -v uv >/dev/null; then
    tools=$(mktemp -d)
    trap 'rm -rf "${tools}"' EXIT
    python3 -m venv "${tools}"
    "${tools}/bin/pip" install --quiet --disable-pip-version-check uv
    PATH="${tools}/bin:${PATH}"
fi
# Compiled once here, Python does not compile the packages again in each job.
export UV_COMPILE_BYTECODE=1
if [[ -e uv.lock ]]; then
    uv sync --quiet --frozen
else
    uv sync --quiet
fi
