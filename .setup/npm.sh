#!/bin/sh
# Installs the npm packages of package-lock.json.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

have node || die 'Node.js 20.19 or later is needed and no node is on PATH'
version=$(node --version | tr -d v)
version_at_least "$version" 20.19.0 || die "Node.js 20.19 or later is needed, this is $version"
have npm || die 'npm is needed (it comes with Node.js) and is not on PATH'

cd "$here/.."
say 'set-up: npm packages'
npm ci --ignore-scripts --loglevel=error >&2
touch node_modules/.package-lock.json
