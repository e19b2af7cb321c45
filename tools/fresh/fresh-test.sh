#!/bin/sh
# Both README commands on fresh minimal Debian trees: as root and as a user with sudo, from a path
# with a space.
#
# Usage: fresh-test.sh [SUITE…]        as root; all of bookworm and trixie when none is named
#
# KEEP=1 keeps the trees. AS="root" or AS="sudo" runs only one of the two. Needs mmdebstrap and
# systemd-container. The machine's own package settings (apt's sources and proxies, pip's settings,
# Go's proxy, certificate authorities) go into the trees and nowhere else.
set -eu

cd "$(dirname -- "$0")/../.."
repository=$PWD
trees=${TMPDIR:-/tmp}/preaccueil-fresh.$$
users=${AS:-root sudo}
suites=${*:-bookworm trixie}

say() { printf '== %s\n' "$*" >&2; }

[ "$(id -u)" -eq 0 ] || { say 'trees are made as root: sudo make fresh-test' && exit 2; }
for program in mmdebstrap systemd-nspawn; do
    command -v $program >/dev/null || { say "missing: apt-get install mmdebstrap systemd-container" && exit 2; }
done
[ -z "$(git status --porcelain)" ] || say 'only what is committed is tested; this checkout has more'

clean_up() {
    status=$?
    if [ "${KEEP:-}" = 1 ]; then say "kept: $trees"; else rm -rf --one-file-system "$trees"; fi
    exit $status
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# --- This machine's package settings ---------------------------------------------------------

# The Debian archive that this machine itself uses, whatever mirror that is.
archive() {
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(SITE) $(COMPONENT)' 'Created-By: Packages' |
        grep ' main$' | grep -v security | sed 's/ main$//; q'
}

# Settings of pip, proxies and certificates, as NAME=VALUE lines.
settings() {
    env | grep -E '^(PIP_|UV_|GO(PROXY|FLAGS|SUMDB|NOSUMDB|NOSUMCHECK)=|CARGO_|SSL_CERT_|REQUESTS_CA_BUNDLE=|CURL_CA_BUNDLE=|GIT_SSL_CAINFO=)|^[a-zA-Z]*_(proxy|PROXY)=' || true
}

# put FILE TREE: copy a file of this machine to the same place in the tree.
put() {
    [ -f "$1" ] || return 0
    mkdir -p "$2$(dirname -- "$1")"
    cp -L -- "$1" "$2$1"
}

hand_over_settings() {
    tree=$1
    for file in /etc/pip.conf /etc/resolv.conf /usr/local/share/ca-certificates/*.crt \
        /etc/apt/auth.conf.d/*.conf; do
        put "$file" "$tree"
    done
    # Apt's proxies and nothing else: a machine has many other habits there.
    apt-config dump 2>/dev/null | grep -iE '^Acquire::(https?|ftp)::(Proxy|CaInfo|CaPath|Verify)' \
        >"$tree/etc/apt/apt.conf.d/90fresh-test" || true
    for word in ${http_proxy:+http=$http_proxy} ${https_proxy:+https=$https_proxy}; do
        printf 'Acquire::%s::Proxy "%s";\n' "${word%%=*}" "${word#*=}"
    done >>"$tree/etc/apt/apt.conf.d/90fresh-test"
    for folder in "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf"; do
        [ ! -f "$folder" ] || { mkdir -p "$tree/etc" && cat "$folder" >>"$tree/etc/pip.conf"; }
    done
    # Whatever file a setting names has to be there too.
    { settings | sed 's/^[^=]*=//' && sed -n 's/^ *\(cert\|client-cert\) *= *//p' "$tree/etc/pip.conf" 2>/dev/null; } |
        while read -r value; do
            case $value in /*) if [ -d "$value" ]; then mkdir -p "$tree$value"; else put "$value" "$tree"; fi ;; esac
        done
    settings | sed "s/'/'\\\\''/g; s/^\([^=]*\)=\(.*\)\$/export \1='\2'/" >"$tree/etc/fresh-settings"
}

# --- One tree --------------------------------------------------------------------------------

inside() { # inside TREE USER SCRIPT
    systemd-nspawn --quiet --register=no --keep-unit --as-pid2 --console=pipe --directory="$1" \
        /bin/su - "$2" -s /bin/sh -c ". /etc/fresh-settings; $3" </dev/null
}

try() { # try SUITE USER-KIND
    name=$1-$2
    tree=$trees/$name
    say "$name: a minimal tree"
    mmdebstrap --quiet --variant=minbase "$1" "$tree" "$(archive)" >&2
    # As Debian's installer leaves it: a bare tree does not even know localhost.
    printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$name" >"$tree/etc/hosts"
    hand_over_settings "$tree"
    inside "$tree" root 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install --yes git make' >&2
    user=root home=/root
    if [ "$2" = sudo ]; then
        user=visiteur home=/home/visiteur
        inside "$tree" root "DEBIAN_FRONTEND=noninteractive apt-get -q install --yes sudo &&
            useradd --create-home --shell /bin/bash visiteur &&
            echo 'visiteur ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/visiteur &&
            echo 'Defaults env_keep += \"http_proxy https_proxy no_proxy\"' >>/etc/sudoers.d/visiteur" >&2
    fi
    place="$home/un dossier/preaccueil"
    mkdir -p "$tree$home/un dossier"
    git clone --quiet --no-local "$repository" "$tree$place"
    inside "$tree" root "chown -R $user: '$home/un dossier'"
    say "$name: make run FOR=20"
    inside "$tree" $user "cd '$place' && make run FOR=20 HISTORY=1w PORT=$port"
    say "$name: make test"
    inside "$tree" $user "cd '$place' && make test"
    if inside "$tree" root 'ls /etc/systemd/system/*.wants/mosquitto.service /etc/rc[2-5].d/S*mosquitto' 2>/dev/null; then
        say "$name: mosquitto would start at the next boot, and nobody asked for that"
        return 1
    fi
    say "$name: passed"
}

# --- All trees -------------------------------------------------------------------------------

port=8119 # trees share this machine's network, and 8019 may be somebody's
mkdir -p "$trees"
for suite in $suites; do
    for user in $users; do
        try "$suite" "$user"
        [ "${KEEP:-}" = 1 ] || rm -rf --one-file-system "$trees/$suite-$user"
    done
done
say 'all passed'
