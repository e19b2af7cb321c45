#!/bin/sh
# InfluxDB's package from the vendor's repository, for a tent without internet.
#
# Usage: influxdb.sh ARCHITECTURE OUT.deb REPOSITORY KEY FINGERPRINT
#        ARCHITECTURE as Debian says it; REPOSITORY and KEY: addresses; FINGERPRINT: of the one key to trust
#
# Exit code: 0 it is there; 3 the repository cannot be reached; 4 it is not signed by that key.
set -eu

architecture=$1 out=$2 repository=$3 key=$4 fingerprint=$5
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir -p "$place/lists/partial" "$place/cache/archives/partial" "$place/gpg"
chmod 700 "$place/gpg"
: >"$place/status"

curl --fail --silent --location --connect-timeout 10 --max-time 60 --output "$place/key" "$key" || {
    echo "pas de réponse / no answer: $key" >&2
    exit 3
}
# Only that key, whatever else the file holds.
GNUPGHOME=$place/gpg gpg --quiet --batch --import "$place/key" 2>/dev/null || true
GNUPGHOME=$place/gpg gpg --quiet --batch --export "$fingerprint" >"$place/keyring.gpg" 2>/dev/null
[ -s "$place/keyring.gpg" ] || {
    echo "$key : pas la clé attendue / not the expected key $fingerprint" >&2
    exit 4
}
printf 'deb [signed-by=%s] %s stable main\n' "$place/keyring.gpg" "$repository" >"$place/sources.list"
fetch() {
    apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
        -o Dir::State::status="$place/status" -o Dir::State::lists="$place/lists" -o Dir::Cache="$place/cache" \
        -o Dir::Etc::sourcelist="$place/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Debug::NoLocking=true -o APT::Sandbox::User=root -o APT::Update::Error-Mode=any "$@"
}
fetch update || {
    echo "illisible, ou signé par une autre clé / cannot be read, or another key signed it: $repository" >&2
    exit 4
}
(cd "$place/cache" && fetch download influxdb2)
mv "$place"/cache/influxdb2_*.deb "$out"
