#!/bin/sh
# SPDX-License-Identifier: MIT
# Fetch the pinned llama.cpp release into .deps/: its source (headers, templating) and, where one exists
# for this platform, its prebuilt libraries. Every archive is checked against cmake/engine.lock.
# usage: scripts/fetch_engine.sh [source-only]
set -eu
cd "$(dirname "$0")/.."
deps=.deps
lock=cmake/engine.lock
commit=$(sed -n 's/^#.*commit \([0-9a-f]\{40\}\).*/\1/p' $lock)

fetch() { # package -> path of the checked archive
    version=$(awk -v p="$1" '$1 == p { print $2 }' $lock)
    want=$(awk -v p="$1" '$1 == p { print $3 }' $lock)
    archive=$deps/$(echo "$1" | tr -d '@' | tr '/' '-')-$version.tgz
    if [ ! -f "$archive" ]; then
        (cd $deps && npm pack --silent "$1@$version" >/dev/null) || {
            echo "scripts/fetch_engine.sh: could not fetch $1 $version with npm; is the npm registry reachable?" >&2; exit 1; }
    fi
    have=$(openssl dgst -sha512 -binary "$archive" | openssl base64 -A)
    if [ "$have" != "$want" ]; then
        echo "scripts/fetch_engine.sh: $archive does not have the hash in $lock; delete it and try again" >&2; exit 1
    fi
    echo "$archive"
}

mkdir -p $deps
if [ ! -f $deps/llama.cpp/include/llama.h ] || [ "$(cat $deps/llama.cpp/.commit 2>/dev/null)" != "$commit" ]; then
    archive=$(fetch node-llama-cpp)
    rm -rf $deps/llama.cpp $deps/unpacked
    mkdir -p $deps/unpacked
    tar xzf "$archive" -C $deps/unpacked package/llama/gitRelease.bundle
    git -c advice.detachedHead=false clone --quiet $deps/unpacked/package/llama/gitRelease.bundle $deps/llama.cpp
    git -C $deps/llama.cpp -c advice.detachedHead=false checkout --quiet "$commit"
    rm -rf $deps/unpacked "$archive"
    echo "$commit" > $deps/llama.cpp/.commit
fi
[ "${1:-}" = source-only ] && exit 0

case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) platform=linux-x64 ;;
    Linux-aarch64) platform=linux-arm64 ;;
    *) echo "scripts/fetch_engine.sh: no prebuilt engine is pinned for $(uname -s) $(uname -m); configure with -DTHINKTRACE_ENGINE=source" >&2; exit 0 ;;
esac
if [ "$(cat $deps/prebuilt/.package 2>/dev/null)" != "$platform $commit" ]; then
    archive=$(fetch "@node-llama-cpp/$platform")
    rm -rf $deps/prebuilt $deps/unpacked
    mkdir -p $deps/unpacked
    tar xzf "$archive" -C $deps/unpacked
    mkdir -p $deps/prebuilt
    mv $deps/unpacked/package/bins/$platform/libllama.*so* $deps/unpacked/package/bins/$platform/libggml*so* $deps/prebuilt/
    cp $deps/unpacked/package/LICENSE $deps/prebuilt/LICENSE
    rm -rf $deps/unpacked "$archive"
    echo "$platform $commit" > $deps/prebuilt/.package
fi
