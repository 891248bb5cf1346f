# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What ./demo and ./check have in common: installing what is missing, configuring, building. Sourced by bash at the
# root of the repository.

say() { printf '== %s\n' "$*"; }

fail() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# The packages of the given groups in .ci/packages.
packages_of() {
	local group name _ wanted
	while read -r group name _; do
		for wanted in "$@"; do
			[ "$group" = "$wanted" ] && printf '%s\n' "$name"
		done
	done < <(grep -v '^#' .ci/packages)
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Whether there is the command for which the package is wanted, wherever it came from.
provided() {
	local name command
	while read -r _ name command; do
		[ "$name" = "$1" ] && [ -n "$command" ] && command -v "$command" >/dev/null && return
	done <.ci/packages
	return 1
}

# Installs, by name, what is missing of these groups; does nothing and needs no network if nothing is.
install_missing() {
	local name missing=() root=()
	command -v dpkg-query >/dev/null || fail "this is not Debian: install the equivalents of .ci/packages by hand"
	while read -r name; do
		installed "$name" || provided "$name" || missing+=("$name")
	done < <(packages_of "$@")
	[ ${#missing[@]} -eq 0 ] && return
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || fail "missing packages: ${missing[*]} (run as root, or install sudo)"
		root=(sudo)
	fi
	say "installing ${missing[*]}"
	"${root[@]}" apt-get update -qq </dev/null
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
		</dev/null
}

# configure PRESET: once; afterwards ninja notices by itself when CMake has to run again.
configure() {
	if [ ! -f "build/$1/build.ninja" ]; then
		command -v ccache >/dev/null && export AIE4SIM_LAUNCHER=ccache
		cmake --preset "$1"
	fi
}

# build PRESET [TARGET...]: everything, or only the targets.
build() {
	local preset=$1
	shift
	[ $# -eq 0 ] || set -- --target "$@"
	cmake --build --preset "$preset" --parallel "${AIE4SIM_JOBS:-$(nproc)}" "$@"
}

# fetch_meanwhile [--set NAME...]: what the guests need is downloaded while compilers run; `fetched` shows how
# far it is and waits for it.
fetch_meanwhile() {
	fetch_log=$(mktemp)
	python3 tests/guest/lab.py fetch "$@" </dev/null >"$fetch_log" 2>&1 &
	fetch_job=$!
	trap 'kill "$fetch_job" 2>/dev/null; rm -f "$fetch_log"' EXIT
}

# Not an error if it failed: who needs a package tries again, and says what is wrong.
fetched() {
	say "packages for the guests"
	tail --lines=+1 --follow --sleep-interval=0.1 --pid="$fetch_job" "$fetch_log"
	wait "$fetch_job" || true
	rm -f "$fetch_log"
	trap - EXIT
}
