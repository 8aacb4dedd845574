# Shared by bin/demo, bin/test and bin/check: Python, the virtual environment, the Debian packages. Sourced, plain sh.

started=$(date +%s)

say() {
    printf '[%3d s] %s\n' "$(($(date +%s) - started))" "$*"
}

fail() {
    printf '\n%s\n' "$*" >&2
    exit 1
}

# The trap is needed because a stopped child (pip, apt-get) does not stop the script by itself.
stop_on_signal() {
    trap 'trap "" INT TERM; printf "\nStopped.\n"; exit 130' INT TERM
}

# Works when it is 3.11 or newer and can make virtual environments.
python_works() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python; do
        if python_works "$python"; then
            return
        fi
    done
    fail "CSR Portal needs Python 3.11 or newer. On Debian 12 or Ubuntu 24.04: apt-get install python3 python3-venv
If it is installed under another name: PYTHON=/path/to/python make demo"
}

# debian_packages NAME…: installs what is missing if we may, otherwise prints the one line to run. Other systems: no-op.
debian_packages() {
    command -v dpkg-query >/dev/null || return 0
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
            *" installed") ;;
            *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        fail "Some system packages are missing. Run this line once, then start again:

    sudo apt-get install -y --no-install-recommends$missing"
    fi
    say "Installing system packages:$missing"
    apt_log=$(mktemp)
    # The list of packages may be old or absent (fresh containers): update it only if the first try fails.
    if ! { install_packages $missing || { apt-get update && install_packages $missing; }; } >"$apt_log" 2>&1; then
        tail -n 20 "$apt_log" >&2
        rm -f "$apt_log"
        fail "The system packages could not be installed:$missing"
    fi
    rm -f "$apt_log"
}

install_packages() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null
}

# install_requirements FILE: the pinned packages into .venv, only when the file has changed since the last time.
install_requirements() {
    if ! .venv/bin/python -m pip --version >/dev/null 2>&1 || ! python_works .venv/bin/python; then
        find_python
        "$python" -c 'import ensurepip, venv' 2>/dev/null || debian_packages python3-venv
        say "Making the virtual environment .venv with $("$python" --version)"
        rm -rf .venv
        "$python" -m venv .venv || fail "The virtual environment could not be made."
    fi
    wanted=$(.venv/bin/python -c '
import hashlib, pathlib, sys
print(sys.version.split()[0], hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest())' "$1")
    stamp=.venv/installed-$1
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    say "Installing the pinned Python packages of $1 (about a minute)"
    rm -f "$stamp"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --progress-bar off \
        --require-hashes -r "$1" </dev/null >.venv/install.log 2>&1 ||
        fail "The Python packages could not be installed:
$(tail -n 20 .venv/install.log)"
    echo "$wanted" >"$stamp"
}
