#!/bin/sh
# Put together what the machines of a site install, so that they need no internet: the program and its
# dependencies as wheels, each with its hash.
#
# Usage: bundle.sh [ARCHITECTURE]      aarch64 (any 64-bit Raspberry Pi, the default) or x86_64
set -eu

cd "$(dirname -- "$0")/../.."
architecture=${1:-aarch64}
out=.run/bundle/$architecture
python=.venv/bin/python
debian_python=3.13 # of Debian 13 "trixie"

# What is committed, and what is not: a release is told apart from any other.
version=$(git describe --always --dirty=-modified --abbrev=12)

rm -rf "$out.new"
for kind in hall node; do
    mkdir -p "$out.new/$kind"
    $python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes -r "requirements/$kind.txt" \
        --only-binary :all: --implementation cp --python-version $debian_python \
        --platform "manylinux_2_28_$architecture" --platform "manylinux_2_17_$architecture" \
        --platform "manylinux2014_$architecture" --dest "$out.new/$kind"
    cp "requirements/$kind.txt" "$out.new/$kind/requirements.txt"
done
$python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$out.new/hall" .
cp "$out.new"/hall/preaccueil-*.whl "$out.new/node/"
printf '%s' "$version" >"$out.new/VERSION"
rm -rf "$out"
mv "$out.new" "$out"
printf '%s  %s  %s\n' "$out" "$version" "$(du -sh "$out" | cut -f1)"
