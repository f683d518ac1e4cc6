# Helpers for the set-up scripts; sourced by them.

say() { printf '%s\n' "$*" >&2; }

die() {
  say "set-up: $*"
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

cache_root() { printf '%s/fitting-room\n' "${XDG_CACHE_HOME:-$HOME/.cache}"; }

# version_at_least 3.1.69 3.1.6 -> false
version_at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]; }

can_be_root() { [ "$(id -u)" = 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# Version that apt would install, or nothing.
apt_candidate() {
  apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p' | grep -v '^(none)$'
}

installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

refresh_apt_lists() {
  as_root apt-get -qq update >&2 || say 'set-up: apt-get update failed; going on with the package lists as they are'
}

# need_packages REASON PACKAGE...: installs the Debian packages that are missing, or says how to.
need_packages() {
  reason=$1
  shift
  missing=
  if have dpkg-query; then
    for package in "$@"; do
      installed "$package" || missing="$missing $package"
    done
  else
    missing=" $*"
  fi
  [ -n "$missing" ] || return 0
  if ! have apt-get; then
    die "$reason: install what Debian calls$missing with this system's package manager, then run make again"
  fi
  if ! can_be_root; then
    die "$reason: these Debian packages are missing:$missing
  As a user without root rights, ask for this command to be run, then run make again:
    sudo apt-get install --no-install-recommends$missing"
  fi
  say "set-up: installing$missing ($reason)"
  refresh_apt_lists
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=600 \
    -o Dpkg::Use-Pty=0 install --no-install-recommends $missing >&2 ||
    die "apt-get could not install$missing ($reason)"
}
