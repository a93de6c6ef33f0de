#!/bin/sh
# Have Chromium and Firefox for the browser tests. Without the right to install, the tests that need a
# missing browser skip and say so.
set -eu
missing=""
command -v chromium >/dev/null || command -v google-chrome >/dev/null || command -v chromium-browser >/dev/null || missing="chromium"
command -v firefox-esr >/dev/null || missing="$missing firefox-esr"
# Screenshots in Korean and Chinese need a font that has the letters.
[ -n "$(fc-list :lang=ko family 2>/dev/null)" ] || missing="$missing fonts-noto-cjk fontconfig"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # shellcheck disable=SC2086
  apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null && exit 0
fi
echo "Browser tests will be skipped for want of:$missing" >&2
echo "Install with: sudo apt-get install$missing" >&2
