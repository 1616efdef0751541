#!/usr/bin/env bash
# Apache Kafka on this machine, for tests and for trying things out: one node, or three that replicate.
#
#   scripts/kafka.sh start [--nodes 1|3] [--port PORT] [--dir DIR]   starts it, or the nodes of it that are down
#   scripts/kafka.sh start --secure yes [--port PORT] [--dir DIR]    one node that talks TLS and SASL as well
#   scripts/kafka.sh status [--dir DIR]                              says what runs; ends with 3 where not all of it does
#   scripts/kafka.sh stop [--dir DIR]                                stops it; its records stay for the next start
#   scripts/kafka.sh install                                         prints the folder of Kafka's jars
#
# `start` ends when every broker answers and knows the others, and prints their addresses as clients want them, host:port with
# commas between, and nothing else on stdout. All ports are on 127.0.0.1: with --port the brokers take PORT and those behind it
# and the controllers as many more (TLS and SASL three more), otherwise free ones are chosen; DIR keeps its ports, its number of
# nodes, and its version.
# DIR (default ${SCHEMAWIRE_CACHE:-~/.cache/schemawire}/kafka) holds records, configuration, output and pid files; two folders are
# two clusters, and removing a stopped one forgets it.
#
# With --secure three more lines follow: the address for TLS, the one for SASL over TLS (PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, and
# OAUTHBEARER with unsigned tokens; user `schemawire`, secret `schemawire-secret`), and the one for mutual TLS. DIR/tls/ca.pem has
# the certificate to trust, DIR/tls/client.pem and DIR/tls/client.key what a client shows; making those needs openssl.
#
# Three nodes: replication 3, min.insync.replicas 2, and time-outs short enough that a killed broker is replaced within 5 s.
#
# With KAFKA_VERSION=3.9.2 in the environment it is that version and not the usual one, 4.3.1; versions before 3.6 are not tried.
#
# Needs Java 17, and once Maven: the jars (56 MB) go into ${SCHEMAWIRE_CACHE:-~/.cache/schemawire}/kafka-VERSION.
set -euo pipefail

usual=4.3.1
cache=${SCHEMAWIRE_CACHE:-$HOME/.cache/schemawire}
# Starting takes 3 to 10 s, and minutes where much else wants the processor. A node that ends is told at once.
patience=300
# Who may come in by SASL, and the store's secret: nothing is kept here that would have to be hidden.
user=schemawire secret=schemawire-secret

usage() { sed -n '2,26s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
say() { echo "kafka: $*" >&2; }
fail() { say "$*"; exit 1; }

main() {
    [ $# -gt 0 ] || usage
    verb=$1 nodes='' port='' secure=no dir=$cache/kafka
    shift
    while [ $# -gt 0 ]; do
        [ $# -ge 2 ] || usage
        case $1 in
            --nodes) nodes=$2 ;;
            --port) port=$2 ;;
            --secure) secure=$2 ;;
            --dir) dir=$2 ;;
            *) usage ;;
        esac
        shift 2
    done
    [[ $nodes =~ ^[13]?$ ]] || fail "--nodes is 1 or 3, not $nodes"
    [[ $port =~ ^[0-9]{0,5}$ ]] || fail "--port is a number, not $port"
    [[ $secure =~ ^(yes|no)$ ]] || fail "--secure is yes or no, not $secure"
    [ "$secure" = no ] || [ "${nodes:-1}" = 1 ] || fail "--secure goes with one node"
    [ "$verb" = start ] || [ "$nodes$port$secure" = no ] || usage
    version=${KAFKA_VERSION:-$usual}
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "KAFKA_VERSION is a version such as $usual, not $version"
    # Kafka reads a comma as the beginning of another folder.
    [[ $dir != *,* ]] || fail "a folder's name may have no comma: $dir"
    case $verb in
        start) start ;;
        status) status ;;
        stop) stop ;;
        install) install && echo "$jars" ;;
        *) usage ;;
    esac
}

# -- What is asked for ------------------------------------------------------------------------------------------------------------

start() {
    [ ! -e "$dir/cluster" ] || known "$nodes" "$port"
    install
    mkdir -p "$dir"
    dir=$(cd "$dir" && pwd)
    [ -e "$dir/cluster" ] || create "${nodes:-1}" "$port"

    started=()
    trap give_up EXIT
    trap 'exit 130' INT TERM
    for node in $(all_nodes); do
        if running "$node"; then
            say "node $node runs already, pid $(pid_of "$node")"
        else
            started+=("$node")
            start_node "$node"
        fi
    done
    await
    trap - EXIT INT TERM
    [ ${#started[@]} -eq 0 ] || say "$count node(s) of Kafka $version in $dir; \`scripts/kafka.sh stop\` with the same --dir ends it"
    addresses
}

status() {
    [ -e "$dir/cluster" ] || { say "no cluster in $dir"; exit 3; }
    known '' ''
    local up=0
    for node in $(all_nodes); do
        if running "$node"; then
            up=$((up + 1))
            if answers "$node"; then state=answers; else state='does not answer'; fi
            echo "node $node 127.0.0.1:$(broker_port "$node") pid $(pid_of "$node") $state"
        else
            echo "node $node 127.0.0.1:$(broker_port "$node") stopped"
        fi
    done
    [ "$up" -eq "$count" ] || exit 3
}

stop() {
    [ -e "$dir/cluster" ] || { say "no cluster in $dir"; return; }
    known '' ''
    stop_nodes $(all_nodes)
    say "stopped; the records are in $dir"
}

# Kafka and what it needs, once, in whole or not at all.
install() {
    jars=$cache/kafka-$version/jars
    java=${JAVA_HOME:+$JAVA_HOME/bin/}java
    command -v "$java" >/dev/null || fail "Java is missing: install a JRE, 17 or newer, or set JAVA_HOME (Debian: apt-get install openjdk-17-jre-headless)"
    local major
    major=$("$java" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
    [ "${major:-0}" -ge 17 ] || fail "Kafka $version needs Java 17 or newer; \`$java\` is ${major:-of an unknown version} (set JAVA_HOME to another)"
    run_java=("$java" -Xms256m -Xmx256m -XX:+UseSerialGC -cp "$jars/*")
    [ ! -d "$jars" ] || return 0
    command -v mvn >/dev/null || fail "Maven is missing, which fetches Kafka once into $jars (Debian: apt-get install maven)"

    say "fetching Kafka $version into $jars"
    mkdir -p "${jars%/*}"
    local work
    work=$(mktemp -d "${jars%/*}/fetch.XXXXXX")
    write_pom >"$work/pom.xml"
    if ! mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/jars" >"$work/output" 2>&1; then
        cat "$work/output" >&2
        rm -r "$work"
        fail "Maven could not fetch Kafka $version"
    fi
    # Another start may have been quicker: then its jars are as good.
    mv "$work/jars" "$jars" 2>/dev/null || [ -d "$jars" ]
    rm -r "$work"
}

write_pom() {
    # Kafka logs through slf4j and brings nothing that writes it down: the last one does.
    local artifact log=org.apache.logging.log4j:log4j-slf4j-impl:2.25.4
    [[ $version != 3.* ]] || log=org.slf4j:slf4j-reload4j:1.7.36
    echo '<project><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>kafka</artifactId><version>0</version><dependencies>'
    for artifact in org.apache.kafka:kafka_2.13:$version org.apache.kafka:kafka-tools:$version $log; do
        IFS=: read -r group name number <<<"$artifact"
        echo "<dependency><groupId>$group</groupId><artifactId>$name</artifactId><version>$number</version></dependency>"
    done
    echo '</dependencies></project>'
}

# -- A cluster: its number of nodes, its first port, whether it is secure, and its version are in DIR/cluster ----------------------

all_nodes() { seq 1 "$count"; }
broker_port() { echo $((first_port + $1 - 1)); }
controller_port() { echo $((first_port + count + $1 - 1)); }
tls_port() { echo $((first_port + 2 * count)); }
sasl_port() { echo $((first_port + 2 * count + 1)); }
mutual_port() { echo $((first_port + 2 * count + 2)); }

addresses() {
    local list=''
    for node in $(all_nodes); do list+=,127.0.0.1:$(broker_port "$node"); done
    echo "${list#,}"
    [ "$secure" = no ] || printf '127.0.0.1:%s\n' "$(tls_port)" "$(sasl_port)" "$(mutual_port)"
}

# Reads what DIR holds; nodes, port and version, where given, have to be the same.
known() {
    local asked=$secure
    read -r count first_port secure version <"$dir/cluster"
    secure=${secure:-no} version=${version:-$usual}
    [ "${KAFKA_VERSION:-$version}" = "$version" ] || fail "$dir holds a cluster of Kafka $version: stop and remove it, or give another --dir"
    [ "$asked" = no ] || [ "$secure" = yes ] || fail "$dir holds a cluster without TLS: stop and remove it, or give another --dir"
    [ -z "$1" ] || [ "$1" = "$count" ] || fail "$dir holds a cluster of $count node(s): stop and remove it, or give another --dir"
    [ -z "$2" ] || [ "$2" = "$first_port" ] || fail "the cluster in $dir has port $first_port: leave --port away, or give another --dir"
}

# Chooses ports, writes configurations, formats.
create() {
    count=$1 first_port=${2:-$(free_ports $((2 * $1 + 3)))}
    [ "$secure" = no ] || write_certificate
    local cluster controllers='' node
    cluster=$(random_uuid)
    # Who votes is written down: that is what every version knows. Voters that come and go are of 3.9.
    for node in $(all_nodes); do controllers+=,$node@127.0.0.1:$(controller_port "$node"); done
    for node in $(all_nodes); do
        # What an earlier attempt left unfinished.
        rm -rf "$dir/node-$node"
        mkdir -p "$dir/node-$node"
        write_properties "$node" "${controllers#,}" >"$dir/node-$node/server.properties"
        "${run_java[@]}" kafka.tools.StorageTool format --cluster-id "$cluster" $(scram_users) \
            --config "$dir/node-$node/server.properties" >"$dir/node-$node/format.log" 2>&1 ||
            { cat "$dir/node-$node/format.log" >&2; fail "node $node could not be formatted"; }
    done
    echo "$count $first_port $secure $version" >"$dir/cluster"
}

# Where that needs no password.
install_openssl() {
    local root=
    [ "$(id -u)" -eq 0 ] || root="sudo -n"
    { $root apt-get update -qq && $root apt-get install -y -qq openssl; } >&2
}

# One self-signed certificate for this machine, which is also what clients are to trust, and one that a client is to show.
write_certificate() {
    local tls=$dir/tls keytool=${JAVA_HOME:+$JAVA_HOME/bin/}keytool
    rm -rf "$tls"
    mkdir -p "$tls"
    "$keytool" -genkeypair -alias broker -keyalg EC -groupname secp256r1 -validity 3650 -dname CN=localhost \
        -ext san=ip:127.0.0.1,dns:localhost -storetype PKCS12 -keystore "$tls/broker.p12" -storepass "$secret" 2>"$tls/keytool.log" ||
        { cat "$tls/keytool.log" >&2; fail "no certificate could be made"; }
    "$keytool" -exportcert -rfc -alias broker -keystore "$tls/broker.p12" -storepass "$secret" >"$tls/ca.pem" 2>>"$tls/keytool.log"
    # keytool gives no key away.
    command -v openssl >/dev/null || install_openssl ||
        fail "openssl is missing, which makes a client's certificate (Debian: apt-get install openssl)"
    local name
    # The second one is nobody's: it is there to be refused.
    for name in client stranger; do
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$name" \
            -addext extendedKeyUsage=clientAuth -keyout "$tls/$name.key" -out "$tls/$name.pem" 2>>"$tls/keytool.log" ||
            { cat "$tls/keytool.log" >&2; fail "no certificate for a client could be made"; }
    done
    "$keytool" -importcert -noprompt -alias client -file "$tls/client.pem" -storetype PKCS12 -keystore "$tls/clients.p12" \
        -storepass "$secret" 2>>"$tls/keytool.log"
}

# SCRAM's users are part of what is formatted. Words without blanks, to be split.
scram_users() {
    [ "$secure" = yes ] || return 0
    local mechanism
    for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do echo "--add-scram $mechanism=[name=$user,password=$secret]"; done
}

# $1: node, $2: the controllers. Groups and transactions fail with fewer lines.
write_properties() {
    local spread=1 more=''
    [ "$secure" = no ] || more=,SSL://127.0.0.1:$(tls_port),SASL_SSL://127.0.0.1:$(sasl_port),MUTUAL://127.0.0.1:$(mutual_port)
    [ "$count" -eq 1 ] || spread=2
    cat <<PROPERTIES
process.roles=broker,controller
node.id=$1
controller.quorum.voters=$2
listeners=PLAINTEXT://127.0.0.1:$(broker_port "$1"),CONTROLLER://127.0.0.1:$(controller_port "$1")$more
controller.listener.names=CONTROLLER
log.dirs=$dir/node-$1/data
default.replication.factor=$count
min.insync.replicas=$spread
offsets.topic.replication.factor=$count
transaction.state.log.replication.factor=$count
transaction.state.log.min.isr=$spread
share.coordinator.state.topic.replication.factor=$count
share.coordinator.state.topic.min.isr=$spread
group.initial.rebalance.delay.ms=0
PROPERTIES
    local security=org.apache.kafka.common.security
    [ "$secure" = no ] || cat <<PROPERTIES
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,MUTUAL:SSL
ssl.keystore.type=PKCS12
ssl.keystore.location=$dir/tls/broker.p12
ssl.keystore.password=$secret
listener.name.mutual.ssl.client.auth=required
listener.name.mutual.ssl.truststore.type=PKCS12
listener.name.mutual.ssl.truststore.location=$dir/tls/clients.p12
listener.name.mutual.ssl.truststore.password=$secret
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER
listener.name.sasl_ssl.plain.sasl.jaas.config=$security.plain.PlainLoginModule required user_$user="$secret";
listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config=$security.scram.ScramLoginModule required;
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=$security.scram.ScramLoginModule required;
listener.name.sasl_ssl.oauthbearer.sasl.jaas.config=$security.oauthbearer.OAuthBearerLoginModule required;
listener.name.sasl_ssl.oauthbearer.sasl.server.callback.handler.class=$security.oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler
PROPERTIES
    [ "$count" -eq 1 ] || cat <<PROPERTIES
offsets.topic.num.partitions=5
transaction.state.log.num.partitions=5
broker.session.timeout.ms=3000
group.min.session.timeout.ms=1000
broker.heartbeat.interval.ms=500
controller.quorum.election.timeout.ms=500
controller.quorum.fetch.timeout.ms=1000
PROPERTIES
}

# As Kafka writes them: 16 bytes in base64 for URLs, never with a minus first, which would read as an option.
random_uuid() {
    local id=-
    while [[ $id == -* ]]; do id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '='); done
    echo "$id"
}

# The first of that many ports in a row on which nobody listens, below those that the system gives to clients.
free_ports() {
    local first last port
    for _ in $(seq 100); do
        first=$((20000 + RANDOM % 12000))
        last=$((first + $1 - 1))
        for port in $(seq $first $last); do
            ! is_taken "$port" || continue 2
        done
        echo "$first"
        return
    done
    fail "no $1 free ports in a row: give --port"
}

# A process that was killed is gone before the last of its threads has let go of the port.
is_free() {
    local _
    for _ in $(seq 50); do
        is_taken "$1" || return 0
        sleep 0.1
    done
    return 1
}

is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# -- A node ------------------------------------------------------------------------------------------------------------------------

start_node() {
    local port home=$dir/node-$1
    for port in $(broker_port "$1") $(controller_port "$1"); do
        is_free "$port" || fail "port $port, which node $1 of $dir needs, is taken by another program"
    done
    # A session of its own: what interrupts this terminal later is not meant for the broker.
    $(command -v setsid) nohup "${run_java[@]}" kafka.Kafka "$home/server.properties" \
        >"$home/output.log" 2>&1 </dev/null &
    echo "$! $(start_time $!)" >"$home/pid"
}

# Waits until every broker answers; a node that ends meanwhile is told at once.
await() {
    local node
    for node in $(all_nodes); do
        until answers "$node"; do
            for other in $(all_nodes); do
                running "$other" || { tail -n 20 "$dir/node-$other/output.log" >&2; fail "node $other has ended; its output is in $dir/node-$other/output.log"; }
            done
            [ $SECONDS -lt $patience ] || fail "node $node does not answer after $SECONDS s; its output is in $dir/node-$node/output.log"
            sleep 0.3
        done
    done
}

# Whether a broker answers two requests: ApiVersions, and Metadata with all brokers in it. An open port comes earlier, and so do
# brokers that are not yet allowed to lead.
answers() {
    local bytes
    bytes=$(ask "$1" '\x00\x00\x00\x0a\x00\x12\x00\x00\x00\x00\x00\x07\xff\xff' 10) || return 1
    # size, correlation id 7, no error
    [[ $bytes =~ ^[0-9a-f]{8}000000070000$ ]] || return 1
    bytes=$(ask "$1" '\x00\x00\x00\x0e\x00\x03\x00\x01\x00\x00\x00\x08\xff\xff\x00\x00\x00\x00' 12) || return 1
    # size, correlation id 8, the number of brokers
    [[ $bytes =~ ^[0-9a-f]{8}00000008$(printf %08x "$count")$ ]]
}

# Sends $2 to a broker, gives the first $3 bytes of the answer in hexadecimal.
ask() {
    timeout 3 bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1" && printf "$2" >&3 && head -c "$3" <&3' - "$(broker_port "$1")" "$2" "$3" \
        2>/dev/null | od -An -v -tx1 | tr -d ' \n'
}

pid_of() { cut -d' ' -f1 "$dir/node-$1/pid"; }

# Whether the process that was started for a node still runs. A pid alone may be another program's by now.
running() {
    local pid at
    [ -e "$dir/node-$1/pid" ] || return 1
    read -r pid at <"$dir/node-$1/pid"
    [ -n "$at" ] && [ "$(start_time "$pid")" = "$at" ]
}

# When a process was started; nothing for one that has ended, though nobody has asked for its status yet.
start_time() {
    if [ -d /proc/self ]; then
        # Behind the name, which may have blanks: the state, and 19 fields later the time since the machine's start.
        sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'
    else
        LC_ALL=C ps -o state=,lstart= -p "$1" | awk '$1 !~ /Z/ { $1 = ""; print substr($0, 2) }'
    fi
}

# Asks nodes to end, together; whoever needs longer than 30 s is killed, which loses no record that was acknowledged.
stop_nodes() {
    local node deadline=$((SECONDS + 30))
    for node in "$@"; do
        ! running "$node" || kill "$(pid_of "$node")" 2>/dev/null || true
    done
    for node in "$@"; do
        while running "$node"; do
            if [ $SECONDS -ge $deadline ]; then
                say "node $node does not end by itself: killed"
                kill -9 "$(pid_of "$node")" 2>/dev/null || true
            fi
            sleep 0.2
        done
        rm -f "$dir/node-$node/pid"
    done
}

# Whatever goes wrong while starting: nothing of this start goes on running.
give_up() {
    local status=$?
    trap - EXIT
    [ ${#started[@]} -eq 0 ] || stop_nodes "${started[@]}"
    exit $status
}

main "$@"
