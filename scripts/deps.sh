#!/bin/sh
# SPDX-License-Identifier: MIT
# Install the Debian packages that building, or building and testing, need; on other systems say what is needed.
# usage: scripts/deps.sh build|test
set -eu
packages="g++ cmake ninja-build git openssl ca-certificates
 libfmt-dev nlohmann-json3-dev libsqlite3-dev libssl-dev zlib1g-dev libcli11-dev"
if [ "${1:-test}" = test ]; then
    packages="$packages python3 libgtest-dev libgmock-dev libbenchmark-dev chromium-headless-shell fonts-dejavu-core clang-format-14 clang-tidy-14"
fi

if ! command -v dpkg-query >/dev/null 2>&1; then
    missing=""
    for tool in c++ cmake ninja git openssl python3 node npm; do
        command -v $tool >/dev/null 2>&1 || missing="$missing $tool"
    done
    if [ -n "$missing" ]; then
        cat >&2 <<TEXT
scripts/deps.sh: this is not a Debian or Ubuntu system, and these are missing:$missing
Install with your system's package manager: a C++20 compiler (g++ 11 or clang 15), CMake 3.22, ninja, git, openssl,
python 3, Node.js 18 with npm; the libraries fmt, nlohmann-json, SQLite 3, OpenSSL, zlib, CLI11, GoogleTest, Google Benchmark; and for
the tests Chromium (set CHROMIUM to its path). Then: scripts/fetch_engine.sh && cmake --preset release -DTHINKTRACE_ENGINE=source
TEXT
        exit 1
    fi
    exit 0
fi

installed() { [ "$(dpkg-query -W -f '${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }
# Ubuntu has no such package, and its chromium only points to a snap; any Chromium or Chrome will do for the tests.
. /etc/os-release
if [ "${ID:-}" = ubuntu ]; then
    packages=$(echo $packages | sed 's/ chromium-headless-shell / /')
    [ "${1:-test}" = build ] || command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 ||
        echo "scripts/deps.sh: the browser tests want a Chromium (set CHROMIUM to its path); everything else works without" >&2
fi
missing=""
for package in $packages; do installed "$package" || missing="$missing $package"; done
# Any Node.js from 18 on will do, wherever it is from.
if ! command -v node >/dev/null 2>&1 || [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 18 ]; then missing="$missing nodejs"; fi
command -v npm >/dev/null 2>&1 || missing="$missing npm"
[ -n "$missing" ] || exit 0

echo "Installing Debian packages:$missing"
sudo=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "scripts/deps.sh: run as root, or install sudo; needed:$missing" >&2; exit 1; }
    sudo=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# clang-format and clang-tidy are pinned to one major version and only needed for make lint, which says so without them.
for tool in clang-format-14 clang-tidy-14; do
    apt-cache show $tool >/dev/null 2>&1 || missing=$(echo "$missing" | sed "s/ $tool//")
done
$sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 18 ]; then
    echo "scripts/deps.sh: this system's Node.js is $(node --version) and the viewer is built with 18 or newer; install one (as with: snap install node --classic) and try again" >&2
    exit 1
fi
