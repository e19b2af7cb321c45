#!/bin/sh
# Put together what the machines of a site install, so that they need no internet: the program and its
# dependencies as wheels, each with its hash, the Debian packages of their roles, and InfluxDB's.
#
# Usage: bundle.sh [ARCHITECTURE]      aarch64 (any 64-bit Raspberry Pi, the default) or x86_64
set -eu

cd "$(dirname -- "$0")/../.."
architecture=${1:-aarch64}
case $architecture in
    aarch64) debian=arm64 ;;
    x86_64) debian=amd64 ;;
    *)
        echo "usage: bundle.sh [aarch64|x86_64]" >&2
        exit 2
        ;;
esac
out=.run/bundle/$architecture
python=.venv/bin/python
debian_python=3.13 # of Debian 13 "trixie"

# What is committed, and what is not: a release is told apart from any other.
version=$(git describe --always --dirty=-modified --abbrev=12)

rm -rf "$out.new"
for kind in hall node city; do
    new=$out.new/$kind
    mkdir -p "$new/wheels"
    $python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes -r "requirements/$kind.txt" \
        --only-binary :all: --implementation cp --python-version $debian_python \
        --platform "manylinux_2_28_$architecture" --platform "manylinux_2_17_$architecture" \
        --platform "manylinux2014_$architecture" --dest "$new/wheels"
    cp "requirements/$kind.txt" "$new/wheels/requirements.txt"
    # The build tool is among the pinned packages: no isolated build, which would fetch another.
    $python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation \
        --wheel-dir "$new/wheels" .
    tar -cf "$new/wheels.tar" -C "$new" --owner=0 --group=0 --mode=u=rwX,go=rX wheels
    rm -r "$new/wheels"
    # A city's machines take the same Debian packages as a hall.
    [ $kind != city ] || continue
    # shellcheck disable=SC2046 # a list of package names
    tools/bundle/debs.sh $debian "$new/debs.tar" $($python tools/bundle/packages.py $kind)
done
# shellcheck disable=SC2046 # three words
tools/bundle/influxdb.sh $debian "$out.new/influxdb2.deb" $($python tools/bundle/packages.py influxdb) || {
    [ $? -eq 3 ] || exit 4
    echo "le paquet n'a pas InfluxDB : les machines le prendront chez l'éditeur, ou influxdb_package" \
        "/ the bundle is without InfluxDB: machines will fetch it from its vendor, or influxdb_package" >&2
}
printf '%s' "$version" >"$out.new/VERSION"
printf '%s' "$debian_python" >"$out.new/PYTHON"
rm -rf "$out"
mv "$out.new" "$out"
printf '%s  %s  %s\n' "$out" "$version" "$(du -sh "$out" | cut -f1)"
