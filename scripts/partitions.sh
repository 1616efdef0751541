#!/usr/bin/env bash
# Asks Kafka's own producer where it puts 10,000 random keys, and holds ours against the answers.
#
#   scripts/partitions.sh             that
#   scripts/partitions.sh --vectors   writes tests/cases/partitions again, with what Kafka's producer, librdkafka and sarama answer for
#                                     the keys in it; wants Go, and a Python (PYTHON) with the package confluent-kafka
#
# Ends with 77 where there is no Java 17 that compiles or Kafka's jars can not be fetched; with CI=true that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

counts=(1 3 7 12 100)
if ! javac -version >/dev/null 2>&1 || ! jars=$(scripts/kafka.sh install); then
    echo "there is no Java compiler, or no Kafka" >&2
    [ "${CI:-false}" = true ] && exit 1 || exit 77
fi
java_partitions=(java -cp "$jars/*" tests/clients/java/Partitions.java)

if [ "${1:-}" = --vectors ]; then
    folder=$PWD/tests/cases/partitions
    "${java_partitions[@]}" "$folder/keys" "${counts[@]}" >"$folder/java_default"
    for partitioner in consistent:consistent_random murmur2:murmur2_random fnv1a:fnv1a_random; do
        "${PYTHON:-python3}" tests/clients/python/partitions.py "$folder/keys" "${partitioner%:*}" "${counts[@]}" >"$folder/${partitioner#*:}"
    done
    (cd tests/clients/go/sarama && go run . "$folder/keys" "${counts[@]}") >"$folder/sarama_hash"
    exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${java_partitions[@]}" --random 10000 "${counts[@]}" >"$work/answers"
SCHEMAWIRE_JAVA_PARTITIONS="$work/answers" cargo test --locked --quiet --all-features --test it -- \
    partitioners::ten_thousand_keys_land_where_kafkas_own_producer_puts_them --exact
