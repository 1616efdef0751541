#!/usr/bin/env bash
# The test command with the long settings of every property and fault test, and what takes too long for every change: the
# tests of the packed crate by itself, and the binary that is handed out, optimized as a whole. Hours, not minutes.
set -euo pipefail

# Cases of each property test (proptest reads the variable itself), bytes of a log file that are flipped, how often a
# process is killed while it appends, how often a server while schemas are registered, and pairs of schemas of each of four formats: 1,000,000 in all.
export PROPTEST_CASES="${PROPTEST_CASES:-100000}"
export SCHEMAWIRE_FLIPS="${SCHEMAWIRE_FLIPS:-100000}"
export SCHEMAWIRE_KILLS="${SCHEMAWIRE_KILLS:-1000}"
export SCHEMAWIRE_SERVER_KILLS="${SCHEMAWIRE_SERVER_KILLS:-200}"
export SCHEMAWIRE_PAIRS="${SCHEMAWIRE_PAIRS:-250000}"
# Other cases every night; the seed is printed, to repeat one.
export PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-$(date +%s)}"
echo "PROPTEST_RNG_SEED=$PROPTEST_RNG_SEED"

scripts=$(dirname "${BASH_SOURCE[0]}")
"$scripts/test.sh" "$@"

echo "== every fault of the streams, with 100,000 records each (${SECONDS}s)"
status=0
"$scripts/faults.sh" || status=$?
case $status in
    0) ;;
    77) echo "skipped: the faults of the streams, which need Java" ;;
    *) exit "$status" ;;
esac

echo "== the server under ten minutes of mixed load (${SECONDS}s)"
cargo bench --locked --features cli,server --bench serve -- --mixed 600

echo "== the streams on other versions of Kafka (${SECONDS}s)"
status=0
"$scripts/streams.sh" versions || status=$?
case $status in
    0) ;;
    77) echo "skipped: other versions of Kafka: no Java 17 here, or they can not be fetched" ;;
    *) exit "$status" ;;
esac

echo "== our streams and other clients' on the same broker (${SECONDS}s)"
status=0
"$scripts/streams-peers.sh" || status=$?
case $status in
    0) ;;
    77) echo "skipped: other clients' streams: no Kafka here, or no C compiler" ;;
    *) exit "$status" ;;
esac

echo "== the packed crate, built and tested (${SECONDS}s)"
"$scripts/package.sh" --test

echo "== the binary that is handed out (${SECONDS}s)"
"$scripts/release.sh"
status=0
"$scripts/empty-root.sh" || status=$?
case $status in
    0) ;;
    77) echo "skipped: the binary in an empty root, which is not permitted here" ;;
    *) exit "$status" ;;
esac
