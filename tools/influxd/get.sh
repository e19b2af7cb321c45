#!/bin/sh
# Print the path of an influxd 2.x program on stdout, and nothing else there.
#
# Usage: get.sh [--check]
#
# The first of these that works is the answer:
#   1. influxd on PATH, where it is a 2.x
#   2. the one that an earlier run built into the user's cache
#   3. the Debian package influxdb2, where apt offers it and we can be root
#   4. a build from the Go module that go.mod beside this file pins, into the cache
# --check stops after 2: it installs and builds nothing.
#
# Exit code: 0 found; 2 wrong usage; 3 none, and something has to be installed first (stderr
# says what); any other: the build or the installation failed.
set -eu

# Whatever the tools below print goes to stderr; file descriptor 3 keeps stdout for the answer.
# It is closed (3>&-) where a tool may leave a daemon behind, which would hold a caller's $(...).
exec 3>&1 1>&2

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
version=$(sed -n 's|^.*github.com/influxdata/influxdb/v2 v\([0-9.]*\).*$|\1|p' "$here/go.mod")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/preaccueil/influxd
cached=$cache/$version/influxd

say() { printf 'influxd: %s\n' "$*"; }

answer() {
    printf '%s\n' "$1" >&3
    exit 0
}

# --- What is there already -------------------------------------------------------------------

is_v2() {
    case $("$1" version 2>/dev/null) in
        'InfluxDB v2.'* | 'InfluxDB 2.'*) return 0 ;;
    esac
    return 1
}

answer_from_path() {
    on_path=$(command -v influxd || true)
    if [ -n "$on_path" ] && is_v2 "$on_path"; then answer "$on_path"; fi
}

answer_from_cache() {
    if is_v2 "$cached"; then answer "$cached"; fi
}

# --- Debian packages -------------------------------------------------------------------------

can_be_root() { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi; }

# The version that apt would install; empty where there is none or no apt.
candidate() {
    LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p' | grep -v '^(none)$' || true
}

# --no-remove: influxdb2 conflicts with InfluxDB 1, which may hold somebody's data.
apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        --no-remove -o DPkg::Lock::Timeout=300 "$@" 3>&-
}

answer_from_package() {
    [ -n "$(candidate influxdb2)" ] && can_be_root || return 0
    say 'installing the Debian package influxdb2'
    was_active=$(systemctl is-active influxdb 2>/dev/null || true)
    if ! apt_install influxdb2; then
        say 'the package did not install; building instead'
        return 0
    fi
    # The package starts its service; only the program was asked for.
    if [ "$was_active" != active ]; then
        as_root systemctl disable --now influxdb || as_root service influxdb stop || true
    fi
    answer_from_path
}

# --- Build tools -----------------------------------------------------------------------------

# at_least FOUND WANTED: compare two dotted versions.
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

# need TOOL WANTED PACKAGE FOUND: note what is missing, and whether apt can give it.
need() {
    if [ -n "$4" ] && at_least "$4" "$2"; then return 0; fi
    missing="$missing$1 >= $2 (found: ${4:-none}): install the Debian package $3,\
 or the tool's own release where that package is older
"
    packages="$packages $3"
    offered=$(candidate "$3" | sed 's/^[0-9]*://; s/[-+~].*//') # 2:1.24~2 is 1.24
    if [ -z "$offered" ] || ! at_least "$offered" "$2"; then apt_suffices=no; fi
}

version_of() { "$@" 2>/dev/null | grep -o '[0-9][0-9]*\.[0-9][0-9.]*' | head -n 1 || true; }

# Go 1.24 and Rust 1.72 are what influxd and Flux 0.196 declare. Inside our module, so that a Go
# that fetches newer toolchains by itself counts as the one it would fetch.
look_for_tools() {
    missing='' packages='' apt_suffices=yes
    need go 1.24 golang-go "$(cd "$here" && version_of go env GOVERSION)"
    need cargo 1.72 cargo "$(version_of cargo --version)"
    need rustc 1.72 rustc "$(version_of rustc --version)"
    need cc 4.0 gcc "$(version_of "${CC:-cc}" -dumpfullversion)"
    need pkg-config 0.26 pkg-config "$(version_of pkg-config --version)"
}

ensure_tools() {
    look_for_tools
    if [ -n "$missing" ] && can_be_root && command -v apt-get >/dev/null; then
        as_root apt-get update -o DPkg::Lock::Timeout=300 || true
        look_for_tools # again: a fresh machine has no package lists before the update
        if [ "$apt_suffices" = yes ]; then
            say "installing$packages"
            # shellcheck disable=SC2086 # a list of package names
            apt_install ca-certificates libc6-dev $packages || true
            look_for_tools
        fi
    fi
    if [ -n "$missing" ]; then
        printf '%s' "$missing" | sed 's/^/influxd: missing: /'
        exit 3
    fi
}

# --- Build -----------------------------------------------------------------------------------

answer_from_build() {
    export RUSTUP_TOOLCHAIN="${RUSTUP_TOOLCHAIN:-stable}" # else the old one that Flux pins
    ensure_tools

    # One build at a time. The lock falls with the last process that holds it, so a build
    # directory found under the lock is a dead run's and can go.
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock -n 9 || { say 'another build is running; waiting for it' && flock 9; }
    answer_from_cache
    build=$cache/build
    rm -rf "$build"
    trap 'rm -rf "$build"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    mkdir -p "$build/go" "$build/tmp"

    # All intermediate files go with the build directory. The private GOCACHE is also for
    # safety: influxdata/pkg-config unpacks and compiles Flux there, takes whatever it finds
    # there for complete, and does not lock.
    export GOCACHE="$build/go" TMPDIR="$build/tmp" GOTMPDIR="$build/tmp"
    # influxdata/pkg-config looks for Cargo's result in ./target only.
    export CARGO_TARGET_DIR=target
    export INFLUXD_INNER_RUSTC_WRAPPER="${RUSTC_WRAPPER:-}" RUSTC_WRAPPER="$here/rustc-cap-lints.sh"
    export CGO_ENABLED=1 CC="${CC:-cc}" GOWORK=off

    # Flux's assembly is for these two processors only (influxd's own makefile says the same).
    tags=sqlite_foreign_keys,sqlite_json
    case $(go env GOARCH) in
        amd64 | s390x) ;;
        *) tags=$tags,noasm ;;
    esac

    say "building influxd $version; this takes some minutes"
    cd "$here"
    # -mod=readonly: every module is checked against go.sum, whatever GOFLAGS says.
    go build -mod=readonly -o "$build/pkg-config" github.com/influxdata/pkg-config
    PKG_CONFIG="$build/pkg-config" go build -mod=readonly -trimpath -tags "$tags" \
        -ldflags "-s -w -X main.version=v$version" \
        -o "$build/influxd" github.com/influxdata/influxdb/v2/cmd/influxd 3>&-

    is_v2 "$build/influxd" || { say 'the program that was built does not run' && exit 1; }
    mkdir -p "$cache/$version"
    mv "$build/influxd" "$cached"
    answer "$cached"
}

# ---------------------------------------------------------------------------------------------

case $# in 0) check_only=no ;; *) check_only=yes ;; esac
if [ $# -gt 1 ] || [ "${1:---check}" != --check ]; then
    say 'usage: get.sh [--check]'
    exit 2
fi

answer_from_path
answer_from_cache
if [ $check_only = yes ]; then
    say 'no influxd 2.x on PATH or in the cache; get.sh without --check installs or builds one'
    exit 3
fi
answer_from_package
answer_from_build
