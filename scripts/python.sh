#!/bin/sh
# Make a virtual environment in $1; Debian and Ubuntu ship Python without the part that does it.
set -eu
[ -x "$1/bin/python" ] && exit 0
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "Caveat needs Python 3.11 or later; this is $(python3 --version)." >&2
  exit 1
}
python3 -m venv "$1" 2>/dev/null && exit 0
rm -rf "$1"
if [ "$(id -u)" = 0 ]; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
  exec python3 -m venv "$1"
fi
echo "Python's venv module is missing; install it with: sudo apt-get install python3-venv" >&2
exit 1
