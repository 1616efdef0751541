#!/usr/bin/env bash
# The package benches/streams on one node of Kafka: its lints, every contender with a few records (each log is read once more and has to
# hold every record once), and the example in which rdkafka carries our messages.
#
# Building librdkafka takes minutes and a C compiler, so this is part of scripts/nightly.sh and not of the test command. Figures come
# from the package itself: benches/streams/README.md.
#
# Ends with 77 where Kafka can not be started or there is no C compiler; with CI=true that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

absent() {
    echo "$1" >&2
    [ "${CI:-false}" = true ] && exit 1 || exit 77
}

command -v cc >/dev/null && command -v make >/dev/null || absent "there is no C compiler, or no make"
work=$(mktemp -d)
trap 'scripts/kafka.sh stop --dir "$work/kafka"; rm -rf "$work"' EXIT
brokers=$(scripts/kafka.sh start --dir "$work/kafka") || absent "there is no Kafka"

manifest=benches/streams/Cargo.toml
cargo clippy --locked --release --quiet --manifest-path "$manifest" --all-targets -- -D warnings
streams() { cargo run --locked --release --quiet --manifest-path "$manifest" "$@"; }
streams -- --case embedded --rounds 1
streams -- --case one --brokers "$brokers" --records 5000 --rounds 1
streams --example with_rdkafka -- "$brokers"
