#!/usr/bin/env bash
# Do the crates that `schemawire bench --scaffold` writes build and run at the first try? One for each case of
# tests/cases/scaffold, and for the schemas of the story; all with the versions of Cargo.lock and one target directory.
#
#   scripts/scaffold.sh [case...]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cargo build --locked --quiet --all-features --bin schemawire
export CARGO_TARGET_DIR=$PWD/target
# As this package's profile has it, so that what both need is built once.
export CARGO_PROFILE_DEV_DEBUG=line-tables-only
binary=$CARGO_TARGET_DIR/debug/schemawire
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

schemas=(tests/cases/scaffold/*/schema.* schemas/quake/v2.{avsc,proto,json})
for schema in "${schemas[@]}"; do
    folder=$(dirname "$schema")
    name=$(basename "$folder")-${schema##*.}
    [[ $# -eq 0 || " $* " == *" $name "* ]] || continue
    arguments=(--schema "$schema")
    [ ! -e "$folder/message" ] || arguments+=(--message "$(<"$folder/message")")
    if [ -d "$folder/references" ]; then
        while read -r file; do
            arguments+=(--reference "${file#"$folder/references/"}=$file")
        done < <(find "$folder/references" -type f)
    fi
    echo "-- $name"
    crate=$work/$name
    "$binary" --quiet bench "${arguments[@]}" --messages 50 --scaffold "$crate" --schemawire .
    cp Cargo.lock "$crate/Cargo.lock"
    (
        cd "$crate"
        cargo fmt --check
        # What is not in our lock file is asked for where it is not on this machine yet.
        offline=--offline
        cargo metadata --quiet --offline --format-version 1 >/dev/null 2>&1 || offline=
        RUSTFLAGS=${RUSTFLAGS:-} cargo bench --quiet --profile dev $offline -- --test 2>&1 | tee bench.log
        ! grep -q '^warning' bench.log
        [ "$(grep -c '^Success' bench.log)" -eq 2 ]
    )
done
