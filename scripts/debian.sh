#!/bin/sh
# Have Debian packages where this machine lets us: debian.sh PURPOSE COMMAND:PACKAGE…
# A command may name alternatives, a|b. Without the right to install, what needs them skips and says so.
set -eu
purpose=$1
shift
missing=""
for need in "$@"; do
  found=""
  for command in $(echo "${need%%:*}" | tr '|' ' '); do
    command -v "$command" >/dev/null 2>&1 && found=yes
  done
  [ -n "$found" ] || missing="$missing ${need#*:}"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # shellcheck disable=SC2086
  apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "$purpose will be skipped for want of:$missing" >&2
echo "Install with: sudo apt-get install$missing" >&2
