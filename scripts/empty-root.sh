#!/usr/bin/env bash
# Runs a static binary in a root directory that holds nothing else: no libc, no loader, no /etc, no certificates, no git.
#
#   scripts/empty-root.sh [BINARY]   by default what scripts/release.sh has built for this machine
#
# Ends with 77 where a root of its own is not permitted: neither to root nor within a user namespace; with CI=true that fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=${1:-}
[ -n "$binary" ] || binary=${CARGO_TARGET_DIR:-target}/$(rustc --version --verbose | sed -n 's/^host: //p')/dist/schemawire
root=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$root"' EXIT
cp "$binary" "$root/schemawire"

enter=(unshare)
[ "$(id -u)" -eq 0 ] || enter+=(--map-root-user)
# What the kernel forbids is told from a binary that does not start: the second is a failure.
if ! "${enter[@]}" --root=/ true 2>/dev/null; then
    echo "a root of its own is not permitted here" >&2
    [ "${CI:-false}" = true ] && exit 1 || exit 77
fi
# With no variable of this shell but the path to unshare, which leads nowhere inside.
alone=(env -i "PATH=$PATH" "${enter[@]}" --root="$root" /schemawire)

failed() { echo "in an empty root: $*" >&2; exit 1; }

# wants CODE WORDS -- ARGUMENTS: ends so, says that on either stream, and does not panic.
wants() {
    local code=$1 words=$2 found=0 said
    shift 3
    said=$("${alone[@]}" "$@" 2>&1 </dev/null) || found=$?
    [ "$found" -eq "$code" ] || failed "$* ended with $found and not $code: $said"
    [[ $said == *"$words"* ]] || failed "$* does not say '$words': $said"
    [[ $said != *panicked* ]] || failed "$* panicked: $said"
}

wants 0 "schemawire $(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)" -- --version
wants 3 git -- check
echo '{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}' >"$root/order.avsc"
echo '{"id":"a"}' >"$root/order.jsonl"
echo 00000000010261 >"$root/message"

# Once in memory, once in a file; the second finds what the first has not kept.
for store in memory /registry.redb; do
    "${alone[@]}" serve --store "$store" --port 0 --print-url >"$root/url" 2>"$root/log" &
    server=$!
    for _ in $(seq 600); do
        [ ! -s "$root/url" ] || break
        kill -0 "$server" 2>/dev/null || failed "serve ended: $(<"$root/log")"
        sleep 0.05
    done
    port=$(sed -n 's|^http://127.0.0.1:||p' "$root/url")
    [ -n "$port" ] || failed "serve says nothing: $(<"$root/log")"

    # `localhost` is known without /etc/hosts, and a name that nobody has is an error of its own.
    url=http://localhost:$port
    wants 0 "orders-value version 1 id 1" -- register orders-value /order.avsc --registry "$url"
    wants 0 00000000010261 -- encode --schema /order.avsc --subject orders-value --registry "$url" /order.jsonl
    wants 0 '{"id":"a"}' -- decode --registry "$url" /message
    wants 3 "does not have \`nowhere.invalid\`" -- schemas --registry "http://nowhere.invalid:$port"
    # Names of one's own are in /etc/hosts, as in a container, and nobody is asked for what else they might have.
    mkdir -p "$root/etc"
    echo "127.0.0.1 registry" >"$root/etc/hosts"
    wants 0 orders-value -- schemas --registry "http://registry:$port"
    rm -r "$root/etc"
    # TLS without a single certificate to trust.
    wants 2 "no certificate authorities" -- schemas --registry "https://localhost:$port"

    kill "$server"
    wait "$server" || failed "serve did not stop in good order: $(<"$root/log")"
    server=
done
[ -s "$root/registry.redb" ] || failed "no file was kept"
echo "$binary runs where there is nothing else"
