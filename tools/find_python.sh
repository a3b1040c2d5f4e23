#!/bin/sh
# Print the Python to set up with: find_python.sh [NAME OR PATH OF ONE]
#
# In this order: the one that is named, the one that .venv was made with, the newest on PATH. A name
# alone proves nothing (pyenv has a python3.12 that only says that it is not selected), so each has
# to run, be of a version that the project supports, and be able to make a virtual environment.
SUPPORTED="3.14 3.13 3.12 3.11"
PROBE='
import sys
print("%d.%d" % sys.version_info[:2])
import ensurepip, ssl, venv'

usable() { # sets version and lacks
    lacks=""
    version=$("$1" -c "$PROBE" 2>/dev/null) || lacks="the modules venv, ensurepip or ssl"
    [ -n "$version" ] || return 1
    case " $SUPPORTED " in *" $version "*) [ -z "$lacks" ] ;; *) return 1 ;; esac
}

if [ -n "$1" ]; then
    if usable "$1"; then printf '%s\n' "$1"; exit 0; fi
    if [ -z "$version" ]; then why="does not run"
    elif [ -n "$lacks" ]; then why="(Python $version) has not $lacks"
    else why="is Python $version"; fi
    printf 'set-up: PYTHON=%s %s. Needed is one of %s with venv, ensurepip and ssl.\n' \
        "$1" "$why" "$SUPPORTED" >&2
    exit 1
fi

cd "$(dirname "$0")/.." || exit 1
earlier=$(sed -n 's/^executable = //p' .venv/pyvenv.cfg 2>/dev/null)
if [ -n "$earlier" ] && usable "$earlier"; then printf '%s\n' "$earlier"; exit 0; fi

seen=""
for name in $(for each in $SUPPORTED; do echo "python$each"; done) python3 python; do
    if usable "$name"; then command -v "$name"; exit 0; fi
    [ -z "$version" ] || seen="$seen $name is $version${lacks:+ without $lacks},"
done
cat >&2 <<END
set-up: no Python that fits: needed is one of $SUPPORTED with venv, ensurepip and ssl.
On PATH:${seen:- none that runs,} nothing else.
Install one (Debian, Ubuntu: apt-get install python3 python3-venv; Fedora: dnf install python3.13;
macOS: brew install python@3.13), or name one: make PYTHON=/path/to/python3.13 …
END
exit 1
