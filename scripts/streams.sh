#!/usr/bin/env bash
# Runs the tests of the transport, of the producer and the consumer, and the examples on Apache Kafka: starts one node that talks
# TLS and SASL as well, runs them, stops it.
#
#   scripts/streams.sh           that
#   scripts/streams.sh FILTER    only tests of the transport whose names have FILTER behind `transport::kafka::real`
#   scripts/streams.sh versions  that on every other version of Kafka that docs/KAFKA.md names, one after the other
#
# KAFKA_VERSION=3.9.2 in the environment takes that version. What a broker cannot do it is asked, and the test says what it leaves out.
#
# Ends with 77 where there is no Java 17 or Kafka's jars can not be fetched; with CI=true that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ "${1:-}" = versions ]; then
    for version in 3.6.2 3.9.2 4.0.2 4.4.0; do
        echo "== Kafka $version"
        KAFKA_VERSION=$version scripts/streams.sh
    done
    exit 0
fi

if ! scripts/kafka.sh install >/dev/null; then
    echo "there is no Java, or no Kafka" >&2
    [ "${CI:-false}" = true ] && exit 1 || exit 77
fi

work=$(mktemp -d)
trap 'scripts/kafka.sh stop --dir "$work/kafka"; rm -rf "$work"' EXIT
scripts/kafka.sh start --secure yes --dir "$work/kafka" >"$work/addresses"
{ read -r plain && read -r tls && read -r sasl && read -r mutual; } <"$work/addresses"
export SCHEMAWIRE_KAFKA=$plain SCHEMAWIRE_KAFKA_TLS=$tls SCHEMAWIRE_KAFKA_SASL=$sasl SCHEMAWIRE_KAFKA_MUTUAL=$mutual
export SCHEMAWIRE_KAFKA_CERTIFICATES=$work/kafka/tls
[ $# -gt 0 ] || core='consumer:: producing:: producer_consumer:: cli::topics::cluster'
# Words without blanks, to be split.
cargo test --locked --quiet --all-features --test it -- "transport::kafka::real${1:+::$1}" ${core:-}
[ $# -eq 0 ] || exit 0
for example in exactly_once dead_letters; do
    SCHEMAWIRE_BROKERS=$plain cargo run --locked --quiet --all-features --example "$example"
done
cargo run --locked --quiet --all-features --example kafka_avro "kafka://$plain"
