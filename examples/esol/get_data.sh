#!/usr/bin/env bash
# Fetches data/esol.csv: 1,128 molecules with their measured solubility in water
# (Delaney 2004, doi:10.1021/ci034243x; columns smiles and logSolubility).
# The file is taken out of a wheel on the Python package index; nothing of that
# package is installed or run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly wheel='molalkit==1.2.0'
readonly member='molalkit/data/datasets/delaney.csv'
readonly sha256='9e2bf77f3fc2d0ced4572341e2094904b992c9edf3762795f77cfc2bfd4de5ac'
readonly rows=1128
readonly target='data/esol.csv'

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

is_right() { # FILE
  [[ -f "$1" ]] && sha256sum --status --check - <<<"$sha256  $1"
}

if is_right "$target"; then
  echo "$target is there already"
  exit
fi
[[ ! -e "$target" ]] || fail "$target differs from the published file; remove it to fetch it again"

python=python3
[[ ! -x .venv/bin/python ]] || python=.venv/bin/python
"$python" -m pip --version >/dev/null 2>&1 || fail 'pip is missing: run ./init_env.sh first'

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$python" -m pip download --quiet --disable-pip-version-check --no-deps \
  --only-binary :all: --dest "$scratch" "$wheel" ||
  fail "cannot download $wheel from the Python package index"
"$python" - "$scratch"/*.whl "$member" >"$scratch/esol.csv" <<'PYTHON' || fail "no $member in $wheel"
import sys, zipfile

sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))
PYTHON

found=$(($(wc -l <"$scratch/esol.csv") - 1))
[[ "$found" -eq "$rows" ]] || fail "the downloaded file has $found molecules, expected $rows"
is_right "$scratch/esol.csv" || fail 'the downloaded file is not the one expected (its SHA-256 differs)'
mkdir -p data
mv "$scratch/esol.csv" "$target"
chmod 644 "$target"
echo "$target: $found molecules"
