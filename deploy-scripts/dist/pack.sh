#!/bin/sh
# Packs what is in a folder, so that the same files give the same bytes.
#
# usage: pack.sh FOLDER ARCHIVE
set -eu
tar --create --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=0 --group=0 --numeric-owner \
    --mode=u+rw,go=rX --format=ustar --directory="$1" $(ls "$1") | gzip --no-name >"$2"
