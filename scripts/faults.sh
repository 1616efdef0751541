#!/usr/bin/env bash
# The faults of the streams, on the embedded log and on three brokers of its own, and the table of what they came to.
#
#   scripts/faults.sh                      all of them, with 100,000 records each; the table is on stdout, what happens on stderr
#   scripts/faults.sh streams::controls    those whose names have that in them; may be several
#   scripts/faults.sh --usual              five of them, with 2,000 records, on the brokers alone: two to three minutes
#   RECORDS=20000 scripts/faults.sh        another number of records
#
# Each run sends numbered records, plays the fault, reads the log again and counts: lost, doubled, reordered, handled again. The
# control runs have the protection off, and fail where they show no loss and no doubles. docs/FAULTS.md quotes the table.
#
# A fault whose test fails, or takes longer than ten minutes and as much again for each 50,000 records, is a row that says so; what its
# test said is on stderr; the others are played all the same, on the same brokers, thawed and started again; and this ends with 1.
#
# Brokers are thawed and stopped however this ends. Ends with 77 where there is no Java 17 or Kafka's jars cannot be fetched; with
# CI=true that is a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usual=(brokers::{kill_9_of_the_leader,kill_9_of_a_consumer,a_zombie_producer_is_fenced}
    brokers::consume_transform_produce_with_crashes_at_every_step frozen::all_brokers_frozen_past_the_deadline)
records=100000
filters=()
case ${1:-} in
    '') filters=(streams::) ;;
    --usual) records=2000 filters=("${usual[@]/#/streams::}") ;;
    -*) sed -n '2,17s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    *) filters=("$@") ;;
esac
records=${RECORDS:-$records}

if ! scripts/kafka.sh install >/dev/null; then
    echo "there is no Java, or no Kafka" >&2
    [ "${CI:-false}" = true ] && exit 1 || exit 77
fi

work=$(mktemp -d)
# A frozen process takes no other signal.
thaw() { for pid in "$work"/kafka/node-*/pid; do [ ! -e "$pid" ] || kill -CONT "$(cut -d' ' -f1 "$pid")" 2>/dev/null || true; done; }
trap 'thaw; scripts/kafka.sh stop --dir "$work/kafka"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# The one test binary, which is there already where the tests have been run.
cargo test --locked --all-features --test it --no-run 2>"$work/build" || { cat "$work/build" >&2; exit 1; }
binary=$work/it
# A copy, so that whoever builds meanwhile changes nothing about what is played.
cp "$(sed -n 's/^ *Executable .*(\(.*\))$/\1/p' "$work/build")" "$binary"
# What counts and what works for the others is no fault.
mapfile -t faults < <("$binary" --list "${filters[@]}" | sed -n 's/: test$//p' | grep -E '^streams::(embedded|brokers|frozen|controls)::')
[ ${#faults[@]} -gt 0 ] || { echo "no fault has ${filters[*]} in its name" >&2; exit 2; }

scripts/kafka.sh start --nodes 3 --dir "$work/kafka" >/dev/null
export SCHEMAWIRE_THREE_BROKERS=$work/kafka SCHEMAWIRE_FAULTS=$work/table SCHEMAWIRE_FAULT_RECORDS=$records
touch "$work/table"
status=0
# One at a time: each has the machine for itself, so that the time-outs of brokers are over when something stands still, and only then.
for fault in "${faults[@]}"; do
    began=$SECONDS
    if timeout $((600 + records / 50000 * 600)) "$binary" --exact "$fault" --nocapture </dev/null >"$work/said" 2>&1; then
        echo "$fault: holds ($((SECONDS - began))s)" >&2
    else
        status=1
        { echo "$fault: FAILED ($((SECONDS - began))s)"; cat "$work/said"; } >&2
        echo "| \`$fault\` | | | | | | | | | **failed** |" >>"$work/table"
        thaw
        scripts/kafka.sh start --dir "$work/kafka" >/dev/null
    fi
done

echo "| fault | on | acknowledged | lost | doubled | reordered | handled | never handled | handled again | beside |"
echo "|---|---|---:|---:|---:|---:|---:|---:|---:|---|"
cat "$work/table"
exit $status
