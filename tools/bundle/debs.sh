#!/bin/sh
# Debian packages with all that they depend on, as an archive that apt reads from a folder.
#
# Usage: debs.sh ARCHITECTURE OUT.tar PACKAGE…      ARCHITECTURE as Debian says it: arm64, amd64
#
# They come from the Debian archive that this machine itself uses. What every Debian has is left out. The
# archive holds one folder, named after what is in it.
set -eu

architecture=$1
out=$2
shift 2
suite=trixie

command -v apt-ftparchive >/dev/null || {
    echo "apt-ftparchive manque / is missing: apt-get install apt-utils" >&2
    exit 3
}
# site KIND: the address of the archive, or of its security updates.
site() {
    apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v kind="$1" '$3 == "main" && (kind == "security") == ($2 ~ /security/) { print $1; exit }'
}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
if [ -z "$(site main)" ] || [ ! -e $keyring ]; then
    echo "les paquets viennent d'une machine Debian / packages are fetched on a Debian machine" >&2
    exit 3
fi

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -p "$place/lists/partial" "$place/cache/archives/partial"
: >"$place/status"
printf 'deb [signed-by=%s] %s %s main\n' $keyring "$(site main)" $suite >"$place/sources.list"
if [ -n "$(site security)" ]; then
    printf 'deb [signed-by=%s] %s %s main\n' $keyring "$(site security)" $suite-security >>"$place/sources.list"
fi
fetch() {
    apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
        -o Dir::State::status="$place/status" -o Dir::State::lists="$place/lists" -o Dir::Cache="$place/cache" \
        -o Dir::Etc::sourcelist="$place/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Debug::NoLocking=true -o APT::Sandbox::User=root -o APT::Get::Download-Only=true "$@"
}
fetch update
fetch install --yes --no-install-recommends "$@"

# What Debian requires of every machine is on it.
for deb in "$place"/cache/archives/*.deb; do
    [ "$(dpkg-deb --field "$deb" Priority)" != required ] || rm "$deb"
done
mkdir "$place/debs"
mv "$place"/cache/archives/*.deb "$place/debs/"
(cd "$place/debs" && apt-ftparchive packages . >Packages)
name=$(sha256sum "$place/debs/Packages" | cut -c1-12)
mv "$place/debs" "$place/$name"
tar -cf "$out" -C "$place" --owner=0 --group=0 --mode=u=rwX,go=rX "$name"
printf '%s' "$name" >"${out%.tar}.name"
