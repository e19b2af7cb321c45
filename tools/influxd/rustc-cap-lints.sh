#!/bin/sh
# RUSTC_WRAPPER for get.sh: compile Flux's own crates with their warnings left as warnings.
#
# Flux forbids every warning in its crates and was written for Rust 1.72; newer compilers warn
# about more, and the build stops. Cargo already caps the lints of third-party crates, and rustc
# refuses the option twice, so it is added only to the calls that lack it.
set -eu

# A wrapper that the environment had (sccache, for example) still gets its turn.
inner=${INFLUXD_INNER_RUSTC_WRAPPER:-}

for argument in "$@"; do
    case $argument in
        --cap-lints | --cap-lints=*) exec ${inner:+"$inner"} "$@" ;;
    esac
done
exec ${inner:+"$inner"} "$@" --cap-lints warn
