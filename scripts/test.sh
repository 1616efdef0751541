#!/usr/bin/env bash
# The test command: everything that has to hold before a change lands. CI calls this and nothing else.
#
#   scripts/test.sh            all of it
#   scripts/test.sh --quick    leaves out the instruction gate, which builds a release, the package, the crates of bench --scaffold, the
#                              page of bench in a browser, and what needs a server or another language
#   scripts/test.sh --deny     installs cargo-deny where it is missing, as CI=true does
#
# Installs what is missing: rustfmt and clippy through rustup, cargo-deny, clients and registries that are not ours into
# ${SCHEMAWIRE_CACHE:-~/.cache/schemawire}.
# The last line says what was skipped and why.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

deny_version=0.20.2
cache=${SCHEMAWIRE_CACHE:-$HOME/.cache/schemawire}
install_deny=${CI:-false}
quick=false
for argument in "$@"; do
    case $argument in
        --quick) quick=true ;;
        --deny) install_deny=true ;;
        *) sed -n '2,11s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done

skipped=()
current=start
# One seed for the property tests, so that a landing is judged by its own change alone. `cargo test` by hand and
# scripts/nightly.sh draw new cases each time; what they find becomes a case of its own.
export PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED-20261126}"

trap 'status=$?; [ $status -eq 0 ] || echo "FAILED in step: $current (after ${SECONDS}s)" >&2' EXIT

# Announces a step with the seconds so far.
step() {
    current=$1
    echo "== $1 (${SECONDS}s)"
}

# The package's features, `default` and `full` among them, as Cargo.toml has them.
features() {
    sed -n '/^\[features\]/,/^\[dep/s/^\([a-z_-]*\) *=.*/\1/p' Cargo.toml
}

step "tools"
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

step "format"
cargo fmt --check
# Packages of their own, which the other steps leave alone: their peers are more to build than all of this. Formatting needs no build.
cargo fmt --check --manifest-path benches/peers/Cargo.toml
cargo fmt --check --manifest-path benches/streams/Cargo.toml

step "clippy"
cargo clippy --locked --all-features --all-targets -- -D warnings

step "unit, integration and doc tests, with all features"
cargo test --locked --all-features

step "examples"
for example in examples/*.rs; do
    [ -e "$example" ] || continue
    name=$(basename "$example" .rs)
    echo "-- $name"
    cargo run --locked --quiet --all-features --example "$name" </dev/null
done

step "each feature alone"
echo "-- none"
cargo clippy --locked --quiet --no-default-features --lib -- -D warnings
for feature in $(features); do
    echo "-- $feature"
    cargo clippy --locked --quiet --no-default-features --features "$feature" --lib --bins -- -D warnings
done

step "documentation"
RUSTDOCFLAGS="-D warnings" cargo doc --locked --quiet --no-deps --all-features --lib --document-private-items

step "what a program pulls in with the default features"
fresh=$(mktemp -d)
cat >"$fresh/Cargo.toml" <<MANIFEST
[package]
name = "fresh"
version = "0.0.0"
edition = "2024"

[dependencies]
schemawire = { path = "$PWD" }

[workspace]
MANIFEST
mkdir "$fresh/src"
echo 'fn main() {}' >"$fresh/src/main.rs"
# The same versions as here, and nothing is asked of a registry.
cp Cargo.lock "$fresh/Cargo.lock"
crates=$(cargo tree --quiet --offline --manifest-path "$fresh/Cargo.toml" --edges normal --prefix none --format '{p}' | cut -d' ' -f1 | sort -u)
rm -r "$fresh"
grep -qx schemawire <<<"$crates"
if heavy=$(grep -xE 'tokio|hyper|reqwest|rustls|ring|aws-lc-rs|native-tls|openssl|bincode' <<<"$crates"); then
    echo "the default features pull in:" $heavy >&2
    exit 1
fi
echo "$(wc -l <<<"$crates") crates; no runtime, no HTTP, no TLS, no bincode"

step "bans, licences and sources of dependencies"
export PATH="$cache/tools/bin:$PATH"
if ! cargo deny --version >/dev/null 2>&1 && [ "$install_deny" = true ]; then
    cargo install --locked --no-default-features --root "$cache/tools" "cargo-deny@$deny_version"
fi
if cargo deny --version >/dev/null 2>&1; then
    cargo deny --all-features check bans licenses sources
else
    skipped+=("cargo-deny: not installed (--deny or CI=true installs it)")
fi

if ! $quick; then
    step "instructions a message"
    status=0
    scripts/instructions.sh || status=$?
    case $status in
        0) ;;
        77) skipped+=("instructions: valgrind is missing and cannot be installed here") ;;
        *) exit $status ;;
    esac

    step "what is in the package"
    scripts/package.sh

    step "the crates of bench --scaffold, built and run"
    scripts/scaffold.sh

    step "10,000 keys where Kafka's own producer puts them"
    status=0
    scripts/partitions.sh || status=$?
    case $status in
        0) ;;
        77) skipped+=("the partitions of Kafka's producer: no Java compiler, or no Kafka") ;;
        *) exit $status ;;
    esac

    step "the transport on Apache Kafka"
    status=0
    scripts/streams.sh || status=$?
    case $status in
        0) ;;
        77) skipped+=("the transport on Apache Kafka: no Java, or no Kafka") ;;
        *) exit $status ;;
    esac

    step "faults of three brokers, the usual ones"
    status=0
    scripts/faults.sh --usual || status=$?
    case $status in
        0) ;;
        77) skipped+=("faults of three brokers: no Java, or no Kafka") ;;
        *) exit $status ;;
    esac

    step "the page of bench in a browser"
    status=0
    scripts/page.sh || status=$?
    case $status in
        0) ;;
        77) skipped+=("the page of bench: Chromium is missing and cannot be installed here") ;;
        *) exit $status ;;
    esac

    step "clients of other languages, and registries that are not ours"
    SCHEMAWIRE_SKIPPED=$(mktemp)
    export SCHEMAWIRE_SKIPPED
    scripts/clients.sh
    mapfile -t -O ${#skipped[@]} skipped <"$SCHEMAWIRE_SKIPPED"
    rm "$SCHEMAWIRE_SKIPPED"
fi

step "done"
[ -d "${SCHEMAWIRE_CORPORA:-../shared/corpora}" ] || skipped+=("tests over the corpora: no folder there, set SCHEMAWIRE_CORPORA")
if $quick; then
    skipped+=("instructions, the package, the crates of bench --scaffold, the page of bench, the partitions of Kafka's producer, the transport on Kafka, faults of three brokers, clients of other languages: --quick")
fi
if [ ${#skipped[@]} -eq 0 ]; then
    echo "skipped: nothing (${SECONDS}s)"
else
    printf -v list '%s; ' "${skipped[@]}"
    echo "skipped: ${list%; } (${SECONDS}s)"
fi
