#!/bin/sh
# Make this machine ready: list the system packages that are missing, install them, make .venv.
#
# Usage: setup.sh run|test|deploy|deploy-test
#                   what `make run` needs, or also what `make test` needs (a browser), what deploying needs
#                   (Ansible), or `make deploy-test` (machines)
#
# Asks once before it installs; without a terminal it does so at once where it may. Where it may not,
# it prints the one line to run as root. Leaves no service running that was not there before.
#
# Exit code: 0 ready; 2 wrong usage; 3 something is missing and was not installed; any other: an
# installation failed.
set -eu

cd "$(dirname -- "$0")/../.."
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # where Debian puts daemons: not on every user's PATH
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }

# --- What is missing -------------------------------------------------------------------------

has() { command -v "$1" >/dev/null 2>&1; }

# note WHAT PACKAGE: remember a missing thing and the Debian package that has it.
note() {
    missing="$missing
  - $1 ($2)"
    packages="$packages $2"
}

look() {
    missing='' packages=''
    has "$python" || note 'Python ≥ 3.11' python3
    # Debian takes these two out of Python: without ensurepip a virtual environment has no pip.
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then note 'venv' python3-venv; fi
    has mosquitto || note 'mosquitto, broker MQTT' mosquitto
    # Tickets in Arabic and Chinese are printed as pictures (nodes/pictures/fonts.py).
    [ -e /usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf ] || note 'police / font DejaVu' fonts-dejavu-core
    [ -e /usr/share/fonts/truetype/wqy/wqy-microhei.ttc ] ||
        note 'police chinoise / Chinese font' fonts-wqy-microhei
    ldconfig -p | grep -q 'libfribidi\.so\.0' || note 'FriBidi, arabe / Arabic' libfribidi0
    has espeak-ng || note 'espeak-ng, appels parlés / calls said aloud' espeak-ng
    if [ "$1" = deploy-test ]; then
        has mmdebstrap || note 'mmdebstrap, machines Debian' mmdebstrap
        has systemd-nspawn || note 'systemd-nspawn, machines' systemd-container
        has ip || note 'ip, leur réseau / their network' iproute2
    fi
    if [ "$1" = deploy ] || [ "$1" = deploy-test ]; then
        has ssh || note 'ssh' openssh-client
        has git || note 'git' git
        has curl || note 'curl' curl
        has gpg || note 'gpg' gnupg
        has apt-ftparchive || note 'apt-ftparchive' apt-utils
    fi
    if [ "$1" = test ]; then
        has chromium || note 'Chromium, navigateur / browser' chromium
        # Playwright brings a node program that is linked to it.
        ldconfig -p | grep -q 'libatomic\.so\.1' || note 'libatomic, Playwright' libatomic1
        has git || note 'git' git
        has sfdisk || note 'sfdisk, partitions de carte / of a card' fdisk
        has mkfs.ext4 || note 'mkfs.ext4, e2fsprogs' e2fsprogs
        has curl || note 'curl' curl
        has gpg || note 'gpg' gnupg
        has strace || note 'strace, appels système / system calls' strace
    fi
}

# --- System packages -------------------------------------------------------------------------

# as_root COMMAND…: run it as root, or fail.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Whether we can be root, with or without a question for a password.
may_be_root() {
    [ "$(id -u)" -eq 0 ] && return 0
    has sudo || return 1
    if [ -t 0 ]; then return 0; fi
    sudo -n true 2>/dev/null
}

# What Debian starts and enables when it installs mosquitto (on 1883, for everybody) was not asked
# for: nothing may start while we install, and nothing new may start at the next boot.
install_packages() {
    policy=/usr/sbin/policy-rc.d
    own_policy=no
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
        own_policy=yes
        trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    status=0
    # A fresh machine has no package lists yet. The terminal's input is for apt's own questions only.
    as_root apt-get -q update -o DPkg::Lock::Timeout=300 || status=$?
    # shellcheck disable=SC2086 # a list of package names
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install --yes --no-install-recommends \
        -o DPkg::Lock::Timeout=300 $packages || status=$?
    case " $packages " in
        *' mosquitto '*)
            # Without systemd running this only takes a link away; without systemctl there is none.
            if has systemctl; then as_root systemctl disable mosquitto.service >/dev/null 2>&1 || true; fi
            if has update-rc.d; then as_root update-rc.d mosquitto disable >/dev/null 2>&1 || true; fi
            ;;
    esac
    if [ $own_policy = yes ]; then
        as_root rm -f $policy
        trap - EXIT
    fi
    return $status
}

by_hand() {
    say ''
    say 'En root, une ligne suffit / as root, one line does it:'
    say "  apt-get update && apt-get install --no-install-recommends$packages"
    exit 3
}

ensure_packages() {
    look "$1"
    [ -n "$packages" ] || return 0
    say "Il manque / missing:$missing"
    has apt-get || by_hand
    may_be_root || by_hand
    if [ -t 0 ]; then
        printf 'Installer maintenant avec apt ? / Install now with apt? [O/n] ' >&2
        read -r answer || answer=n
        case $answer in
            '' | [OoYy]*) ;;
            *) by_hand ;;
        esac
    fi
    install_packages || { say 'apt a échoué / apt failed.' && by_hand; }
    look "$1"
    [ -z "$packages" ] || by_hand
}

ensure_python_version() {
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' && return 0
    say "Python ≥ 3.11 est nécessaire / is needed; $python : $("$python" --version)."
    say 'Un autre / another one: make PYTHON=python3.12 …'
    exit 3
}

# --- Virtual environment ---------------------------------------------------------------------

# An environment is for one folder and one Python: moved or upgraded, it is made anew. Changed pins
# are installed into it. When nothing changed this takes milliseconds.
home_stamp=.venv/made-for
pins_stamp=.venv/made-from

made_for() { pwd && "$python" -c 'import sys; print(sys.version, sys.base_prefix)'; }
made_from() { cksum requirements/dev.txt pyproject.toml; }
holds() { [ -e "$1" ] && [ "$(cat "$1")" = "$2" ]; }

ensure_environment() {
    home=$(made_for) pins=$(made_from)
    if ! holds $home_stamp "$home" || ! .venv/bin/python -c '' 2>/dev/null; then
        say 'Environnement Python .venv … (une minute / one minute)'
        "$python" -m venv --clear .venv
        printf '%s\n' "$home" >$home_stamp
    fi
    holds $pins_stamp "$pins" && return 0
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/dev.txt
    # The build tool is among the pinned packages: no isolated build, which would fetch another.
    .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .
    printf '%s\n' "$pins" >$pins_stamp
}

# Ansible is large and only for a technician's laptop: beside what everybody has, when asked for.
ensure_ansible() {
    pins=$(cksum requirements/deploy.txt)
    holds .venv/made-deploy "$pins" && return 0
    say 'Ansible … (deux minutes / two minutes)'
    .venv/bin/python -m pip install --quiet --require-hashes -r requirements/deploy.txt
    printf '%s\n' "$pins" >.venv/made-deploy
}

# ---------------------------------------------------------------------------------------------

case ${1:-} in
    run | test | deploy | deploy-test) ;;
    *)
        say 'usage: setup.sh run|test|deploy|deploy-test'
        exit 2
        ;;
esac
ensure_packages "$1"
ensure_python_version
ensure_environment
case $1 in deploy | deploy-test) ensure_ansible ;; esac
