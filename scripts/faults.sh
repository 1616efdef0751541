#!/usr/bin/env bash
# The faults of the streams, on the embedded log and on three brokers of its own, and the table of what they came to.
#
#   scripts/faults.sh                      all of them, with 100,000 records each; the table is on stdout, what happens on stderr
#   scripts/faults.sh streams::controls    those whose names have that in them; may be several
#   scripts/faults.sh --usual              five of them, with 10,000 records, on the brokers alone
#   RECORDS=20000 scripts/faults.sh        another number of records
#
# Each run sends numbered records, plays the fault, reads the log again and counts: lost, doubled, reordered, handled again. The
# control runs have the protection off, and fail where they show no loss and no doubles. docs/FAULTS.md quotes the table.
#
# Brokers are thawed and stopped however this ends. Ends with 77 where there is no Java 17 or Kafka's jars cannot be fetched; with
# CI=true that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usual=(kill_9_of_the_leader all_brokers_frozen kill_9_of_a_consumer a_zombie_producer consume_transform_produce_with_crashes)
records=100000
filters=()
case ${1:-} in
    '') filters=(streams::) ;;
    --usual) records=10000 filters=("${usual[@]/#/streams::brokers::}") ;;
    -*) sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) filters=("$@") ;;
esac

if ! scripts/kafka.sh install >/dev/null; then
    echo "there is no Java, or no Kafka" >&2
    [ "${CI:-false}" = true ] && exit 1 || exit 77
fi

work=$(mktemp -d)
# A frozen process takes no other signal.
thaw() { for pid in "$work"/kafka/node-*/pid; do [ ! -e "$pid" ] || kill -CONT "$(cut -d' ' -f1 "$pid")" 2>/dev/null || true; done; }
trap 'thaw; scripts/kafka.sh stop --dir "$work/kafka"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
scripts/kafka.sh start --nodes 3 --dir "$work/kafka" >/dev/null

export SCHEMAWIRE_THREE_BROKERS=$work/kafka SCHEMAWIRE_FAULTS=$work/table SCHEMAWIRE_FAULT_RECORDS=${RECORDS:-$records}
status=0
# One at a time: each has the machine for itself, so that the time-outs of brokers are over when something stands still, and only then.
cargo test --locked --quiet --all-features --test it -- --test-threads 1 --nocapture "${filters[@]}" >&2 || status=$?

echo "| fault | on | acknowledged | lost | doubled | reordered | handled | never handled | handled again | beside |"
echo "|---|---|---:|---:|---:|---:|---:|---:|---:|---|"
cat "$work/table" 2>/dev/null || true
exit $status
