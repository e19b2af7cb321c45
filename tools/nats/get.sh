#!/bin/sh
# Print the path of a nats-server program on stdout, and nothing else there.
#
# Usage: get.sh [--check]
#
# The first of these that works is the answer:
#   1. nats-server on PATH, where it is a 2.12 or newer
#   2. the one that an earlier run built into the user's cache
#   3. a build of its Go module in the version below, into the cache: under a minute
# --check stops after 2: it builds nothing.
#
# Exit code: 0 found; 2 wrong usage; 3 none, and something has to be installed first (stderr
# says what); any other: the build failed.
set -eu

version=2.15.2
least=2.12.0 # what the city's engine is tested with has no older habits

# Whatever the tools below print goes to stderr; file descriptor 3 keeps stdout for the answer.
exec 3>&1 1>&2

cache=${XDG_CACHE_HOME:-$HOME/.cache}/preaccueil/nats
cached=$cache/$version/nats-server

say() { printf 'nats: %s\n' "$*"; }

answer() {
    printf '%s\n' "$1" >&3
    exit 0
}

# at_least FOUND WANTED: compare two dotted versions.
at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

version_of() { "$1" --version 2>/dev/null | sed -n 's/^nats-server: v//p'; }

is_new_enough() {
    found=$(version_of "$1")
    [ -n "$found" ] && at_least "$found" "$least"
}

case $# in 0) check_only=no ;; *) check_only=yes ;; esac
if [ $# -gt 1 ] || [ "${1:---check}" != --check ]; then
    say 'usage: get.sh [--check]'
    exit 2
fi

on_path=$(command -v nats-server || true)
if [ -n "$on_path" ] && is_new_enough "$on_path"; then answer "$on_path"; fi
if is_new_enough "$cached"; then answer "$cached"; fi
if [ $check_only = yes ]; then
    say "no nats-server >= $least on PATH or in the cache; get.sh without --check builds one"
    exit 3
fi
if ! command -v go >/dev/null; then
    say "missing: go >= 1.26: install Go's own release, or the Debian package golang-go where it is that new"
    exit 3
fi

# One build at a time. The lock falls with the process that holds it.
mkdir -p "$cache"
exec 9>"$cache/lock"
flock -n 9 || { say 'another build is running; waiting for it' && flock 9; }
if is_new_enough "$cached"; then answer "$cached"; fi
build=$cache/build
rm -rf "$build"
trap 'rm -rf "$build"' EXIT
say "building nats-server $version"
GOBIN=$build GOWORK=off go install "github.com/nats-io/nats-server/v2@v$version"
is_new_enough "$build/nats-server" || { say 'the program that was built does not run' && exit 1; }
mkdir -p "$cache/$version"
mv "$build/nats-server" "$cached"
answer "$cached"
