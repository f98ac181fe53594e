# Sourced by dev/netns and dev/netcut, after they have set `me`: network namespaces as machines, each
# with an address of its own on one network (10.77.0.1, .2, .3 …) and its own /dev/shm; and what is
# needed to start estafette there and to wait for what it does. Changes nothing outside of its
# namespaces.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
estafette=${ESTAFETTE:-$root/estafette}
if [ "$(id -u)" -ne 0 ] || ! command -v ip >/dev/null || ! command -v curl >/dev/null; then
  echo "$me: needs root and the programs ip (package iproute2) and curl" >&2
  exit 2
fi
# A first use builds, and the machines have no way to Maven Central.
"$estafette" --version >/dev/null || exit 1
id=est$$
work=$(mktemp -d "/tmp/estafette-${me#dev/}.XXXXXX")
pids=()
machines=()
declare -A holder=()
cleanup() {
  local status=$? p h
  for p in "${pids[@]}"; do kill -KILL -- "-$p" 2>/dev/null || true; done
  for h in "${machines[@]}"; do kill -KILL "${holder[$h]:-}" 2>/dev/null || true; done
  for h in "${machines[@]}" net; do ip netns del "$id-$h" 2>/dev/null || true; done
  if [ $status -eq 0 ]; then rm -rf "$work"; else echo "$me: failed; output is in $work" >&2; fi
}
trap cleanup EXIT
say() { printf '%s  %s\n' "$(date +%T)" "$*"; }
seen=
fail() { say "FAILED: $*"; tail -n 5 "$work"/*.out >&2 || true; exit 1; }

# network MACHINE...: a bridge in a namespace of its own, a cable to each machine. What holds a
# machine's /dev/shm is a process that sleeps there.
network() {
  local h n=0
  machines=("$@")
  ip netns add "$id-net"
  ip -n "$id-net" link add bridge type bridge
  ip -n "$id-net" link set bridge up
  for h in "$@"; do
    n=$((n + 1))
    ip netns add "$id-$h"
    ip -n "$id-$h" link add eth0 type veth peer name "port-$h" netns "$id-net"
    ip -n "$id-net" link set "port-$h" master bridge up
    ip -n "$id-$h" addr add "10.77.0.$n/24" dev eth0
    ip -n "$id-$h" link set lo up
    ip -n "$id-$h" link set eth0 up
    ip netns exec "$id-$h" unshare --mount --propagation slave sh -c \
      'mount -t tmpfs -o size=1g tmpfs /dev/shm && : >"$1" && exec sleep infinity' sh "$work/$h.up" &
    holder[$h]=$!
    disown
  done
  for h in "$@"; do until [ -e "$work/$h.up" ]; do sleep 0.1; done; done
}

# on MACHINE NAME ARGUMENTS...: runs estafette there, in a process group of its own; its output goes
# to NAME.out, and $! is the group.
on() {
  local machine=$1 name=$2
  shift 2
  ESTAFETTE_OPTS="-Xmx512m -Destafette.log=$work/$name.log ${ESTAFETTE_OPTS:-}" \
    setsid nsenter --target "${holder[$machine]}" --mount --net "$estafette" "$@" >>"$work/$name.out" 2>&1 &
}
# SIGTERM to the program of a group.
end() { kill -TERM -- "-$1" 2>/dev/null || true; }

# The network between a machine and all others is gone, without a sign at either end; and back.
cut() { ip -n "$id-net" link set "port-$1" nomaster; }
heal() { ip -n "$id-net" link set "port-$1" master bridge; }
# silence FROM NUMBER: what one machine sends to 10.77.0.NUMBER gets lost, what it is sent arrives.
silence() { ip -n "$id-$1" neigh replace "10.77.0.$2" lladdr 02:00:00:00:00:ff nud permanent dev eth0; }
speak() { ip -n "$id-$1" neigh del "10.77.0.$2" dev eth0; }

metrics=$work/run/metrics.jsonl
pushes() { grep -c "\"push\".*\"worker\":\"$1\"" "$metrics" 2>/dev/null || true; }
# until_true SECONDS WHAT COMMAND...
until_true() {
  local seconds=$1 what=$2 began=$SECONDS
  shift 2
  while [ $((SECONDS - began)) -lt "$seconds" ]; do
    if "$@"; then say "ok  $what ($((SECONDS - began)) s)"; return 0; fi
    sleep 0.2
  done
  fail "$what (not within $seconds s)${seen:+; management says: $seen}"
}
more_pushes() { [ "$(pushes "$1")" -gt "$2" ]; }
goes_on() { until_true 240 "$1 pushes" more_pushes "$1" "$(pushes "$1")"; }
event() { grep -qE "\"worker\":\"$1\".*\"kind\":\"($2)\"" "$metrics"; }
# What the management on a machine answers, by default that of `manager`; empty where it does not.
manager=a
asked() { nsenter --target "${holder[$manager]}" --net curl -sf -m 5 "http://127.0.0.1:8558$1" 2>/dev/null || true; }
members() { asked /cluster/members | { grep -o '"node":"akka://estafette@[0-9.]*' || true; } | sed 's/.*@//' | sort -u | paste -sd' '; }
# As "worker-0 at 10.77.0.2", those that take part now.
workers() {
  asked /estafette/workers |
    { grep -o '"worker":"[^"]*","key":"[^"]*","node":"[^"]*","live":true' || true; } |
    sed 's/"worker":"\([^"]*\)".*"node":"\([0-9.]*\).*/\1 at \2/' | sort | paste -sd, | sed 's/,/, /g'
}
has_members() { seen=$(members); [ "$seen" = "$1" ]; }
has_workers() { seen=$(workers); [ "$seen" = "$1" ]; }
# check MEMBERS WORKERS
check() {
  seen=
  until_true 120 "members are $1" has_members "$1"
  until_true 120 "workers are ${2:-none}" has_workers "$2"
  seen=
}

. "$root/dev/tiny-run.sh"
settings=("${tiny[@]}" --set local-steps.count=50 --set tokens=1000000000 --set workers.count=2
  --set channel.term=512KiB --set channel.mtu=1408)
