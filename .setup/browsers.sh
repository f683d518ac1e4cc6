#!/bin/sh
# Provides the browsers for the page's tests: Chromium, Firefox, and WebKitGTK on a virtual screen.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

# On Ubuntu, apt's chromium and firefox only install snaps, which a test cannot control.
packaged() {
  [ "$(. /etc/os-release 2>/dev/null && echo "${ID:-}")" != ubuntu ]
}

# need_browser VARIABLE VALUE PACKAGE PROGRAM...
need_browser() {
  variable=$1 value=$2 package=$3
  shift 3
  if [ -n "$value" ]; then
    [ -x "$value" ] || die "$variable names $value, which is no program"
    return
  fi
  for program in "$@"; do
    if have "$program"; then return; fi
  done
  packaged || die "the page's tests need $package: install $* (not as a snap), or name the program: make test $variable=/path/to/program"
  wanted="$wanted $package"
}

wanted=
need_browser CHROME "${CHROME:-}" chromium chromium google-chrome google-chrome-stable
need_browser FIREFOX "${FIREFOX:-}" firefox-esr firefox-esr firefox
have WebKitWebDriver || wanted="$wanted webkit2gtk-driver"
have Xvfb || wanted="$wanted xvfb"
# shellcheck disable=SC2086
[ -z "$wanted" ] || need_packages "the page's tests in real browsers" $wanted fonts-dejavu-core fonts-wqy-microhei

# Chromium's engine without the browser around it takes a third less time. Where there is no such package, the whole
# browser does.
engine=chromium-headless-shell
if [ -z "${CHROME:-}" ] && ! have $engine && can_be_root && apt-cache show $engine >/dev/null 2>&1; then
  need_packages "the page's tests in less time" $engine
fi
