#!/usr/bin/env bash
# Sets up everything that building, running and testing need, on a fresh Debian 12 with Rust, a C
# compiler and Python 3. Does only what is missing, so it is quick when run again.
#
#   tools/setup.sh               libraries for the editor, ONNX Runtime, Python for the tests
#   tools/setup.sh --training    PyTorch as well
set -euo pipefail
cd "$(dirname "$0")/.."

RUNTIME=.runtime
LIBRARY=$RUNTIME/onnxruntime/libonnxruntime.so
LIBRARY_VERSION=1.32.0
LIBRARY_SHA256=6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f
VENV=$RUNTIME/venv

# Window and keyboard libraries that the editor loads when it starts, a Vulkan driver that needs no
# GPU, a screen without a monitor with a hand and an eye for its test, and Python's venv.
PACKAGES=(
    libvulkan1 mesa-vulkan-drivers
    libwayland-client0 libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon0 libxkbcommon-x11-0 libxrandr2
    xvfb xauth xdotool imagemagick
    python3-venv
)

step() { printf 'setup: %s\n' "$*"; }
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# The tools that are assumed to be there.
tools() {
    command -v cargo >/dev/null || stop "Rust is missing: install it from https://rustup.rs and run this again"
    command -v cc >/dev/null || stop "a C compiler is missing: run 'apt-get install gcc libc6-dev' and run this again"
    command -v python3 >/dev/null || stop "Python 3 is missing: run 'apt-get install python3' and run this again"
    local libraries
    libraries=$(uname -sm)
    [[ $libraries == "Linux x86_64" ]] || stop "this set-up is for Linux on x86_64, not $libraries: see README.md"
}

debian_packages() {
    local missing=() package
    if ! command -v dpkg-query >/dev/null; then
        step "not a Debian: make sure that you have ${PACKAGES[*]}"
        return
    fi
    for package in "${PACKAGES[@]}"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    ((${#missing[@]})) || return 0
    if ((EUID == 0)); then
        step "installing ${missing[*]}"
        export DEBIAN_FRONTEND=noninteractive
        apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null 2>&1 ||
            { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null; }
    else
        stop "packages are missing: run 'sudo apt-get install ${missing[*]}' and run this again"
    fi
}

# A virtual environment with these requirements; a stamp says for which it was made.
environment() {
    local stamp=$VENV/.made-for wanted
    wanted=$(sha256sum "$@" | sha256sum | cut -d' ' -f1)
    [[ -x $VENV/bin/python ]] || { step "making $VENV"; rm -rf "$VENV"; python3 -m venv "$VENV"; }
    grep -qsx "$wanted" "$stamp" && return
    step "installing Python packages ($(basename -a "$@" | tr '\n' ' '))"
    local file options=()
    for file in "$@"; do options+=(-r "$file"); done
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "${options[@]}"
    printf '%s\n' "$wanted" >>"$stamp"
}

is_library() { [[ -f $1 ]] && printf '%s  %s\n' "$LIBRARY_SHA256" "$1" | sha256sum --check --status; }

# The library comes out of a wheel. Which Python the wheel is for does not matter: the tag is fixed.
onnx_runtime() {
    is_library "$LIBRARY" && return
    step "fetching ONNX Runtime $LIBRARY_VERSION"
    local aside
    mkdir -p "$RUNTIME"
    aside=$(mktemp -d "$RUNTIME/fetch.XXXXXX")
    # shellcheck disable=SC2064
    trap "rm -rf '$aside'" EXIT
    "$VENV/bin/python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
        --only-binary=:all: --implementation cp --abi cp312 --python-version 3.12 \
        --platform manylinux_2_28_x86_64 --dest "$aside" -r tools/requirements/onnxruntime.txt
    "$VENV/bin/python" - "$aside" "$LIBRARY_VERSION" <<'PYTHON'
import pathlib, sys, zipfile

aside, version = pathlib.Path(sys.argv[1]), sys.argv[2]
(wheel,) = aside.glob("*.whl")
with zipfile.ZipFile(wheel) as archive:
    for name, to in {
        f"onnxruntime/capi/libonnxruntime.so.{version}": "libonnxruntime.so",
        "onnxruntime/LICENSE": "LICENSE",
        "onnxruntime/ThirdPartyNotices.txt": "ThirdPartyNotices.txt",
    }.items():
        (aside / to).write_bytes(archive.read(name))
wheel.unlink()
PYTHON
    is_library "$aside/libonnxruntime.so" || stop "the ONNX Runtime library has another checksum than expected: nothing was installed"
    rm -rf "${LIBRARY%/*}"
    mv "$aside" "${LIBRARY%/*}"
    trap - EXIT
    chmod 755 "${LIBRARY%/*}"
}

tools
debian_packages
if [[ ${1:-} == --training ]]; then
    environment tools/requirements/tests.txt tools/requirements/training.txt
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r tools/requirements/text.txt
else
    environment tools/requirements/tests.txt
fi
onnx_runtime
