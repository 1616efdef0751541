#!/usr/bin/env bash
# Runs the tests of the transport on Apache Kafka: starts one node that talks TLS and SASL as well, runs them, stops it.
#
#   scripts/streams.sh           that
#   scripts/streams.sh FILTER    only tests whose names have FILTER behind `transport::kafka::real`
#
# Ends with 77 where there is no Java 17 or Kafka's jars can not be fetched; with CI=true that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! scripts/kafka.sh install >/dev/null; then
    echo "there is no Java, or no Kafka" >&2
    [ "${CI:-false}" = true ] && exit 1 || exit 77
fi

work=$(mktemp -d)
trap 'scripts/kafka.sh stop --dir "$work/kafka"; rm -rf "$work"' EXIT
scripts/kafka.sh start --secure yes --dir "$work/kafka" >"$work/addresses"
{ read -r plain && read -r tls && read -r sasl; } <"$work/addresses"
SCHEMAWIRE_KAFKA=$plain SCHEMAWIRE_KAFKA_TLS=$tls SCHEMAWIRE_KAFKA_SASL=$sasl SCHEMAWIRE_KAFKA_CA=$work/kafka/tls/ca.pem \
    cargo test --locked --quiet --all-features --test it -- "transport::kafka::real${1:+::$1}" cli::topics::cluster
