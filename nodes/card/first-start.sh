#!/bin/sh
# First start of a card: the system keeps the front of it, the rest becomes the data partition, and the
# lines of this node's devices join config.txt. Safe to repeat. Then cloud-init restarts the machine.
#
# Usage: first-start.sh [DISK [SYSTEM_SIZE [FIRMWARE [FSTAB]]]]
#
# The root file system becomes read-only once everything is installed (ansible/roles/readonly): what
# has to outlive a power cut lies on the data partition, labelled `preaccueil`.
set -eu

disk=${1:-/dev/mmcblk0}
system_size=${2:-8GiB}
firmware=${3:-/boot/firmware}
fstab=${4:-/etc/fstab}
label=preaccueil

say() { printf 'preaccueil: %s\n' "$*"; }

# partition N: the device of a partition; a disk whose name ends in a digit takes a p.
partition() {
    case $disk in
        *[0-9]) printf '%sp%s' "$disk" "$1" ;;
        *) printf '%s%s' "$disk" "$1" ;;
    esac
}

# The kernel still uses the disk: tell it of one partition at a time, and wait for its device.
reread() {
    partx --update --nr "$1" "$disk" 2>/dev/null || partx --add --nr "$1" "$disk"
    tries=0
    until [ -b "$(partition "$1")" ]; do
        tries=$((tries + 1))
        if [ $tries -gt 100 ]; then
            say "the kernel does not show $(partition "$1")"
            exit 1
        fi
        sleep 0.1
    done
}

if [ ! -b "$(partition 3)" ]; then
    say "system $system_size on $(partition 2), the rest is for data"
    printf ',%s\n' "$system_size" | sfdisk --quiet --no-reread --force -N 2 "$disk"
    reread 2
    resize2fs "$(partition 2)"
    printf ',,L\n' | sfdisk --quiet --no-reread --force --append "$disk"
    reread 3
fi
if ! blkid --match-tag LABEL --output value "$(partition 3)" | grep -qx "$label"; then
    mkfs.ext4 -q -L "$label" "$(partition 3)"
fi
if ! grep -q "LABEL=$label" "$fstab"; then
    mkdir -p /var/lib/preaccueil
    printf 'LABEL=%s /var/lib/preaccueil ext4 defaults,noatime,commit=5 0 2\n' "$label" >>"$fstab"
fi
if ! grep -qx 'include preaccueil.txt' "$firmware/config.txt"; then
    printf '\n[all]\ninclude preaccueil.txt\n' >>"$firmware/config.txt"
fi
if grep -sqx 'enable_uart=1' "$firmware/preaccueil.txt"; then
    # A device has the serial line: the kernel's messages would be printed on tickets.
    sed -i -E 's/console=(serial0|ttyAMA0|ttyS0),[0-9]+ ?//' "$firmware/cmdline.txt"
fi
say "ready"
