#!/usr/bin/env bash
# Makes .venv as the lock file pins it, so that
#   source .venv/bin/activate
# puts `python` and `dvc` on PATH.
#   ./init_python_venv.sh        requirements.txt: MolFlux with scikit-learn (1 GB)
#   ./init_python_venv.sh full   requirements-full.txt: PyTorch with CUDA as well (6 GB)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# NumPy 1.26, which MolFlux needs, has no wheels for later versions of Python.
find_python() {
  local python
  for python in python3.11 python3.12 python3; do
    if "$python" -c 'import sys; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null; then
      echo "$python"
      return
    fi
  done
  fail 'Python 3.11 or 3.12 is missing'
}

case ${1:-} in
'') lock=requirements.txt ;;
full) lock=requirements-full.txt ;;
*) fail "unknown environment \`$1\`: full, or nothing" ;;
esac

python=$(find_python)
"$python" -c 'import ensurepip' 2>/dev/null || fail "$python cannot make a venv (Debian package needed: python3-venv)"

"$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.9.13
# Compiled once, here; and copies, so that nothing of .venv is shared with uv's cache.
UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy \
  .venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps -r "$lock"
echo 'ready: source .venv/bin/activate'
