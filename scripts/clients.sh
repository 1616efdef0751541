#!/usr/bin/env bash
# Clients of other languages against `schemawire serve`, and our client against registries that are not ours.
#
#   scripts/clients.sh                   installs all of it, then runs the tests that need it
#   scripts/clients.sh python go         those parts alone: python, node, go, apicurio
#   scripts/clients.sh --install ...     only installs, and says where the programs are
#
# Installs from the package registries, versions pinned, into ${SCHEMAWIRE_CACHE:-~/.cache/schemawire}/clients/LANGUAGE-HASH, the
# hash being that of what is pinned; a second run, also of another clone, finds it there. The programs themselves are
# target/clients/NAME. A part whose language is missing is skipped, which a line at the end says, and SCHEMAWIRE_SKIPPED (a file), if it
# is set; with CI=true a language that can be installed is installed, and it is a failure where that fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

cache=${SCHEMAWIRE_CACHE:-$HOME/.cache/schemawire}/clients
sources=$PWD/tests/clients
programs=$PWD/target/clients
install_only=false
parts=()
for argument in "$@"; do
    case $argument in
        --install) install_only=true ;;
        python | node | go | apicurio) parts+=("$argument") ;;
        *) sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done
[ ${#parts[@]} -gt 0 ] || parts=(python node go apicurio)

skipped=()
skip() {
    skipped+=("$1")
    [ -z "${SCHEMAWIRE_SKIPPED:-}" ] || echo "$1" >>"$SCHEMAWIRE_SKIPPED"
}

# Whether a tool is there; with CI=true it is installed where it is missing.
have() {
    local tool=$1 package=$2
    command -v "$tool" >/dev/null && return 0
    [ "${CI:-false}" = true ] && command -v apt-get >/dev/null || return 1
    if ! { apt-get update -qq && apt-get install -y -qq "$package"; } >&2; then
        echo "clients: $tool is missing, and $package cannot be installed" >&2
        exit 1
    fi
}

# Makes a folder of the cache by a function, once; what it is made of is standard input. Sets $folder.
cached() {
    local language=$1 make=$2 hash
    hash=$(sha256sum | cut -c1-16)
    folder=$cache/$language-$hash
    mkdir -p "$cache"
    (
        flock 9
        if [ ! -e "$folder/ready" ]; then
            rm -rf "$folder"
            mkdir "$folder"
            echo "-- installing $language into $folder"
            $make "$folder"
            touch "$folder/ready"
        fi
    ) 9>"$cache/$language.lock"
}

# Puts a program where the tests look for it.
program() {
    local name=$1
    shift
    printf '#!/bin/sh\n%s exec %s "$@"\n' "${environment:-}" "$*" >"$programs/$name"
    chmod +x "$programs/$name"
}

use_python() {
    have python3 python3-venv || { skip "Python clients: no python3"; return; }
    cached python make_python < <(python3 --version; cat "$sources/python/requirements.txt")
    local environment="PYTHONDONTWRITEBYTECODE=1"
    program python-confluent "$folder/bin/python" "$sources/python/confluent.py"
    program python-registry-client "$folder/bin/python" "$sources/python/registry_client.py"
}

make_python() {
    python3 -m venv "$1"
    "$1/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$sources/python/requirements.txt"
}

use_node() {
    have node nodejs || { skip "Node clients: no node"; return; }
    have npm npm || { skip "Node clients: no npm"; return; }
    cached node make_node < <(node --version; cat "$sources/node/package.json" "$sources/node/package-lock.json")
    local environment="NODE_PATH=$folder/node_modules"
    program node-confluent node "$sources/node/confluent.js"
    program node-kafkajs node "$sources/node/kafkajs.js"
}

make_node() {
    cp "$sources/node/package.json" "$sources/node/package-lock.json" "$1"
    (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
}

use_go() {
    have go golang || { skip "Go clients: no go"; return; }
    # Confluent's client is compiled with librdkafka, which the tests never call.
    have cc gcc || { skip "Go clients: no C compiler"; return; }
    cached go make_go < <(go version; find "$sources/go" -type f | LC_ALL=C sort | xargs cat)
    program go-franz "$folder/franz"
    program go-confluent "$folder/confluent"
    program srfake "$folder/srfake"
}

make_go() {
    (cd "$sources/go" && CGO_ENABLED=1 go build -trimpath -mod=readonly -o "$1/" ./...)
}

use_apicurio() {
    have mvn maven && have python3 python3-venv || { skip "Apicurio Registry: no Maven or no Python"; return; }
    local url
    url=$(scripts/apicurio.sh start)
    trap 'scripts/apicurio.sh stop' EXIT
    export SCHEMAWIRE_APICURIO=$url
}

rm -rf "$programs"
mkdir -p "$programs"
for part in "${parts[@]}"; do
    [ "$part $install_only" != "apicurio true" ] || continue
    use_$part
done
export SCHEMAWIRE_CLIENTS=$programs

if $install_only; then
    echo "programs: $programs"
    ls "$programs"
else
    cargo test --locked --all-features --test it -- clients::
fi
for reason in ${skipped[@]+"${skipped[@]}"}; do
    echo "skipped: $reason"
done
