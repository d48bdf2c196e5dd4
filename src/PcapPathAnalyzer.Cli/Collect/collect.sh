#!/bin/sh
# Makes a bundle of one node for pcappath: the state of its network namespaces before and after, and captures between.
# Needs root, iproute2, iptables, tcpdump; nsenter (util-linux) for pods. What else is there is used: conntrack, ipset, nft, ss, ipvsadm.
#
#   sh collect.sh -d 60 -p all          all pods of this node, one minute
#   sh collect.sh -d 60 -p web -p dns   the pods whose name, container ID or netns begins so
#   sh collect.sh -d 0                  dumps only
#
# Run it on each node at the same time, put the archives into one folder, and give the folder to `pcappath analyze`.
# Only headers are captured unless -s says otherwise; no Secret, token, environment or log is read.
set -u
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL=C

usage() {
    cat <<'USAGE'
usage: collect.sh [-d SECONDS] [-i IFACE]... [-p POD|all]... [-s BYTES] [-C MB] [-W FILES] [-f BPF] [-n NODE] [-o DIR] [-k]
  -d SECONDS  how long to capture (30); 0 makes dumps only
  -i IFACE    capture on this interface of the node; may be repeated (default: the default route's device, bridges, tunnels,
              and the node's ends of the chosen pods' veth pairs)
  -p POD      also dump and capture in this pod: the beginning of its name, container ID or netns; all for every one; may be repeated
  -s BYTES    captured bytes per packet; 0 for whole packets, payload and all (default: link, network and transport headers,
              96 bytes, and 70 more around tunnelled packets)
  -C MB       size at which a capture goes on in a new file (20)
  -W FILES    files per capture, the oldest is overwritten (4)
  -f BPF      capture filter, for busy nodes
  -n NODE     the node's name in the bundle (this host's name)
  -o DIR      where the bundle goes (./pcappath-NODE-TIME)
  -k          keep the folder beside the archive
USAGE
}

say() { printf 'collect: %s\n' "$*" >&2; }
die() { say "$*"; exit 2; }
have() { command -v "$1" >/dev/null 2>&1; }

seconds=30 interfaces='' pods='' snap='' size=20 files=4 filter='' keep=
node=$(uname -n)
node=${node%%.*}
out=''
while getopts 'd:i:p:s:C:W:f:n:o:kh' option; do
    case $option in
        d) seconds=$OPTARG ;;
        i) interfaces="$interfaces $OPTARG" ;;
        p) pods="$pods $OPTARG" ;;
        s) snap=$OPTARG ;;
        C) size=$OPTARG ;;
        W) files=$OPTARG ;;
        f) filter=$OPTARG ;;
        n) node=$OPTARG ;;
        o) out=$OPTARG ;;
        k) keep=1 ;;
        h) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
done
for number in "$seconds" "${snap:-0}" "$size" "$files"; do
    case $number in '' | *[!0-9]*) die "not a number: $number" ;; esac
done
case $node in '' | *[!A-Za-z0-9._-]* | .*) die "-n: a node's name has letters, digits, dots, dashes" ;; esac
[ "$(id -u)" = 0 ] || die 'needs root: it reads other network namespaces and captures packets'
have ip || die 'needs iproute2 (ip)'
[ "$seconds" = 0 ] || have tcpdump || die 'needs tcpdump; -d 0 makes dumps only'

started=$(date -u +%Y%m%dT%H%M%SZ)
out=${out:-./pcappath-$node-$started}
[ ! -e "$out/$node" ] || die "$out/$node is there already"
umask 077
mkdir -p "$out/$node" || exit 2
root=$out/$node

# Becomes a command in the node's own namespace, in that of a process, or in a named one.
enter() {
    where=$1
    shift
    case $where in
        node) exec "$@" ;;
        /*) exec nsenter --net="$where" -- "$@" ;;
        *) exec nsenter --target "$where" --net -- "$@" ;;
    esac
}

in_namespace() { (enter "$@"); }

# keep WHERE FILE COMMAND...: the command's output, and no file where there is no such command or it prints nothing.
keep() {
    where=$1 file=$2
    shift 2
    have "$1" || return 0
    in_namespace "$where" "$@" >"$file" 2>>"$root/collect-errors.log" || printf 'failed: %s (%s)\n' "$*" "$file" >>"$root/collect-errors.log"
    [ -s "$file" ] || rm -f "$file"
}

dump() {
    where=$1 folder=$2
    mkdir -p "$folder"
    keep "$where" "$folder/ip-addr.txt" ip addr
    keep "$where" "$folder/ip-d-link.txt" ip -d link
    keep "$where" "$folder/ip-route.txt" ip route show table all
    keep "$where" "$folder/ip-6-route.txt" ip -6 route show table all
    keep "$where" "$folder/ip-rule.txt" ip rule
    keep "$where" "$folder/ip-6-rule.txt" ip -6 rule
    keep "$where" "$folder/ip-neigh.txt" ip neigh
    keep "$where" "$folder/ip-6-neigh.txt" ip -6 neigh
    keep "$where" "$folder/bridge-fdb.txt" bridge fdb show
    keep "$where" "$folder/bridge-link.txt" bridge -d link
    keep "$where" "$folder/bridge-vlan.txt" bridge vlan
    dump_rules "$where" "$folder"
    keep "$where" "$folder/ipset.txt" ipset save
    keep "$where" "$folder/ipvsadm.txt" ipvsadm -Sn
    keep "$where" "$folder/conntrack.txt" conntrack -L -o extended
    keep "$where" "$folder/conntrack-6.txt" conntrack -L -f ipv6 -o extended
    keep "$where" "$folder/conntrack-statistics.txt" conntrack -S
    if have ss; then
        keep "$where" "$folder/ss.txt" ss -lntu
    else
        keep "$where" "$folder/netstat.txt" netstat -lntu
    fi
    in_namespace "$where" sysctl net 2>/dev/null | grep -E '^net\.(ipv[46]\.(ip_forward|conf|neigh|fib|ip_local|icmp_|tcp_(rmem|wmem|timestamps|tw|mtu)|vs\.)|ipv6\.conf|bridge|netfilter|core\.(somaxconn|rmem|wmem|netdev_max))' >"$folder/sysctl.txt"
    [ -s "$folder/sysctl.txt" ] || rm -f "$folder/sysctl.txt"
}

# Both backends where both are there: a packet passes the rules of both.
dump_rules() {
    where=$1 folder=$2
    if have iptables-nft-save || have iptables-legacy-save; then
        for family in iptables ip6tables; do
            keep "$where" "$folder/$family-save.txt" "$family-nft-save" -c
            # Asking for legacy tables loads their modules: only where they are in use already.
            names=/proc/net/ip_tables_names
            [ "$family" = iptables ] || names=/proc/net/ip6_tables_names
            if [ -n "$(in_namespace "$where" cat "$names" 2>/dev/null)" ]; then
                keep "$where" "$folder/$family-legacy-save.txt" "$family-legacy-save" -c
            fi
        done
    else
        keep "$where" "$folder/iptables-save.txt" iptables-save -c
        keep "$where" "$folder/ip6tables-save.txt" ip6tables-save -c
    fi
    keep "$where" "$folder/nft-ruleset.txt" nft list ruleset
}

inode() { stat -L -c %i "$1" 2>/dev/null || echo 0; }

# A line per namespace other than the node's: WHERE INODE NAME KEYS..., WHERE a process or a file.
namespaces() {
    own=$(inode /proc/self/ns/net)
    seen=" $own "
    for process in /proc/[0-9]*; do
        number=$(inode "$process/ns/net")
        case $seen in *" $number "*) continue ;; esac
        [ "$number" != 0 ] || continue
        seen="$seen$number "
        pid=${process#/proc/}
        # A pod's name is its host name; its container ID stands in its control group.
        name=$(nsenter --target "$pid" --uts -- uname -n 2>/dev/null)
        container=$(sed -n 's/.*[^0-9a-f]\([0-9a-f]\{64\}\).*/\1/p' "$process/cgroup" 2>/dev/null | head -n 1)
        file=''
        for candidate in /run/netns/* /var/run/netns/*; do
            [ "$(inode "$candidate")" != "$number" ] || file=${candidate##*/}
        done
        [ "$name" != "$(uname -n)" ] || name=${file:-netns-$number}
        printf '%s %s %s %s %s\n' "$pid" "$number" "$name" "$container" "$file"
    done
    for file in /run/netns/* /var/run/netns/*; do
        [ -e "$file" ] || continue
        number=$(inode "$file")
        case $seen in *" $number "*) continue ;; esac
        seen="$seen$number "
        printf '%s %s %s\n' "$file" "$number" "${file##*/}"
    done
}

# chosen NAME CONTAINER NETNS: true where -p asks for it.
chosen() {
    for pod in $pods; do
        [ "$pod" != all ] || return 0
        for key in "$@"; do
            case $key in "$pod"*) return 0 ;; esac
        done
    done
    return 1
}

# A line per pod asked for: WHERE FOLDER, the folder below the node's.
choose_pods() {
    namespaces | sort -k 3 | while read -r where number name keys; do
        # shellcheck disable=SC2086 # keys are words
        chosen "$name" $keys || continue
        folder=pods/$(printf %s "$name" | tr -c 'A-Za-z0-9._-' _)
        case $(cut -d ' ' -f 2 "$root/.pods" 2>/dev/null) in *"$folder"*) folder=$folder-$number ;; esac
        printf '%s %s\n' "$where" "$folder" >>"$root/.pods"
    done
    touch "$root/.pods"
}

tunnel_filter='udp port 4789 or udp port 8472 or udp port 6081 or ip proto 4 or ip proto 47 or ip6 proto 4 or ip6 proto 41 or ip6 proto 47'

# UDP ports of this node's own tunnels, which need not be the usual ones.
tunnel_ports() { ip -d link 2>/dev/null | sed -n 's/.* dstport \([0-9]*\) .*/\1/p' | sort -un; }

# capture WHERE FOLDER IFACE FILE BYTES FILTER: in the background; its process is noted.
capture() {
    where=$1 to=$2 interface=$3 file=$4 bytes=$5 expression=$6
    mkdir -p "$to"
    if [ -n "$filter" ]; then
        if [ -n "$expression" ]; then expression="($expression) and ($filter)"; else expression=$filter; fi
    fi
    # A subshell that becomes tcpdump, so that the process noted is tcpdump's own.
    (enter "$where" tcpdump -n -Z root -B 8192 -i "$interface" -s "$bytes" -C "$size" -W "$files" -w "$to/$file.pcap" "$expression" 2>"$to/$file.tcpdump.log") &
    echo "$! $to/$file.tcpdump.log" >>"$root/.captures"
}

# Tunnelled packets have their headers further in: where a device carries both, each kind gets a capture of its own length.
capture_underlay() {
    if [ -n "$snap" ]; then
        capture node "$root" "$1" "$1" "$snap" ''
        return
    fi
    tunnels=$tunnel_filter
    for port in $(tunnel_ports); do
        tunnels="$tunnels or udp port $port"
    done
    capture node "$root" "$1" "$1" 96 "not ($tunnels)"
    capture node "$root" "$1" "$1.tunnels" 166 "$tunnels"
}

node_interfaces() {
    if [ -n "$interfaces" ]; then
        # shellcheck disable=SC2086 # a list of words
        printf '%s\n' $interfaces
        return
    fi
    underlay
    for kind in bridge vxlan geneve ipip gre; do
        ip -o link show type "$kind" 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/'
    done
    # The node's end of a pod's veth pair has the index that the pod's end names: eth0@if7.
    while read -r where _; do
        for index in $(in_namespace "$where" ip -o link 2>/dev/null | sed -n 's/^[0-9]*: [^:@]*@if\([0-9]*\):.*/\1/p'); do
            ip -o link | sed -n "s/^$index: \([^:@]*\).*/\1/p"
        done
    done <"$root/.pods"
}

underlay() {
    { ip route show default; ip -6 route show default; } 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p'
    ip -d link 2>/dev/null | sed -n 's/.*\(vxlan\|geneve\) id .* dev \([^ ]*\) .*/\2/p'
}

# Returns when every capture runs; a tcpdump that ended has said why in its log.
await_captures() {
    while read -r process log; do
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            ! grep -q 'listening on' "$log" || break
            kill -0 "$process" 2>/dev/null || { say "not captured: $(tail -n 1 "$log")"; break; }
            sleep 1
        done
    done <"$root/.captures"
}

stop_captures() {
    while read -r process _; do
        kill -TERM "$process" 2>/dev/null
    done <"$root/.captures"
    wait
    rm -f "$root/.captures"
}

{
    printf 'pcappath collect 1\nnode %s\nstarted %s\nseconds %s\n' "$node" "$started" "$seconds"
} >"$root/pcappath-collect.txt"
printf '%s\n' "$node" >"$root/hostname"
: >"$root/.captures"
choose_pods
trap 'stop_captures; exit 2' INT TERM HUP

say "state of $node before"
dump node "$root/before"
if [ "$seconds" != 0 ]; then
    carriers=" $(underlay | tr '\n' ' ') "
    for interface in $(node_interfaces | awk '!seen[$0]++'); do
        case $carriers in
            *" $interface "*) capture_underlay "$interface" ;;
            *) capture node "$root" "$interface" "$interface" "${snap:-96}" '' ;;
        esac
    done
    while read -r where folder; do
        for interface in $(in_namespace "$where" ip -o link 2>/dev/null | sed -n 's/^[0-9]*: \([^:@]*\).*/\1/p' | grep -vE '^(lo|tunl0|gre0|gretap0|erspan0|sit0|ip6tnl0|ip6gre0|ip_vti0|ip6_vti0)$'); do
            capture "$where" "$root/$folder" "$interface" "$interface" "${snap:-96}" ''
        done
    done <"$root/.pods"
    await_captures
    say "capturing for $seconds s; Ctrl-C ends early"
    trap ':' INT
    sleep "$seconds"
    trap 'exit 2' INT
    stop_captures
fi

say "state of $node after"
dump node "$root"
while read -r where folder; do
    dump "$where" "$root/$folder"
done <"$root/.pods"
rm -f "$root/.pods"
rm -f "$root"/before/conntrack*.txt
diff -ru -x pods -x before "$root/before" "$root" 2>/dev/null | grep -v '^Only in' >"$root/before/changes.diff"

tar -czf "$out/$node.tar.gz" -C "$out" "$node" || exit 1
[ -n "$keep" ] || rm -rf "$root"
say "$out/$node.tar.gz"
