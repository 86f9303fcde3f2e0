#!/usr/bin/env bash
# Makes .venv: DVC (Python) and the programs of this project (C++), so that
#   source .venv/bin/activate
# puts `dvc`, `esol-featurise` and `esol-train` on PATH. Run it again after a
# change of the C++ code; it does only what is not done yet.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

readonly packages='g++ cmake ninja-build python3-venv librdkit-dev libboost-dev libeigen3-dev libyaml-cpp-dev nlohmann-json3-dev'

# Prints the file's or folder's content as one line that changes with it.
fingerprint() {
  find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

install_dvc() {
  local wanted
  wanted=$(fingerprint requirements.txt)
  [[ "$(cat .venv/.dvc-installed 2>/dev/null)" == "$wanted" ]] && return
  echo 'installing DVC into .venv'
  if [[ ! -e .venv/.dvc-installed ]]; then
    rm -rf .venv/lib # what an interrupted installation left
    python3 -m venv .venv
  fi
  rm -f .venv/.dvc-installed
  # Twice quiet: no advice about how other packages are packed.
  .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements.txt
  echo "$wanted" >.venv/.dvc-installed
}

# Builds outside of the project: nothing but the two programs is left behind.
install_programs() {
  local wanted
  wanted="$(fingerprint CMakeLists.txt src)"
  [[ "$(cat .venv/.programs-installed 2>/dev/null)" == "$wanted" ]] && return
  echo 'building esol-featurise and esol-train'
  if ! {
    cmake -S . -B "$scratch/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
      -DESOL_WARNINGS_AS_ERRORS=OFF &&
      cmake --build "$scratch/build" &&
      cmake --install "$scratch/build" --prefix .venv --strip
  } >"$scratch/build.log" 2>&1; then
    cat "$scratch/build.log" >&2
    fail "the C++ programs could not be built, see above (Debian packages needed: $packages)"
  fi
  echo "$wanted" >.venv/.programs-installed
}

for program in c++ cmake ninja python3; do
  command -v "$program" >/dev/null || fail "\`$program\` is missing (Debian packages needed: $packages)"
done
python3 -c 'import ensurepip' 2>/dev/null || fail 'Python cannot make a venv (Debian package needed: python3-venv)'

scratch=$(mktemp -d)
dvc_pid=
clean_up() {
  [[ -z "$dvc_pid" ]] || kill -- "-$dvc_pid" 2>/dev/null || true
  rm -rf "$scratch"
}
trap clean_up EXIT

# The scripts of a venv name its folder: one that was moved or copied is useless.
made_in="$PWD with $(python3 --version)"
[[ "$(cat .venv/.made-in 2>/dev/null)" == "$made_in" ]] || rm -rf .venv
mkdir -p .venv
echo "$made_in" >.venv/.made-in

# Side by side: one waits for the network most of the time, the other computes.
set -m # a process group of its own, so that it can be stopped
install_dvc &
dvc_pid=$!
set +m
install_programs
wait "$dvc_pid" || fail 'DVC could not be installed (see above)'
dvc_pid=
echo 'ready: source .venv/bin/activate'
