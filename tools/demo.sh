#!/bin/sh
# The demo: a year's turn in a made-up agency. Works in a folder of its own and removes it again.
set -eu

folder=$(mktemp -d "${TMPDIR:-/tmp}/ilactl-demo.XXXXXX")
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$folder"
unset ILACTL_LEDGER ILACTL_OUTPUT_FORMAT ILACTL_ACTOR ILACTL_LOCK_WAIT || true

# in a pipe, too, what people would see on a terminal of 80 columns
[ -t 1 ] || export COLUMNS=80 ILACTL_OUTPUT_FORMAT=table

say() { printf '\n# %s\n' "$1"; }
show() { printf '$'; printf ' %s' "$@"; printf '\n'; "$@"; }

say "A sample ledger: 300 made-up people, two booked years, three grant rules."
show ilactl init demo --sample -q
cd demo
show ilactl status --on 2027-01-01

say "New Year: what the rules give, as one commit. Again, it books nothing."
show ilactl topup --on 2027-01-01 --yes -v
show ilactl topup --on 2027-01-01 --yes -v --rule base

say "What there is now, by region and by who paid."
show ilactl balance --by region
show ilactl balance --by fund

say "An employer pays in for one person. The same reference is never booked twice."
# the files are yours: awk reads them as well as anything (column 16 is what was due before caps)
cut=$(awk -F, '$4 == "grant" && $16 != "" && $6 > 0 { found = $1 "," $3 } END { print found }' entitlements.csv)
entry=${cut%,*} person=${cut#*,}
show ilactl contribution add "$person" 800.00 --from O1 --ref PAY-2027-001 -v
show ilactl contribution add "$person" 800.00 --from O1 --ref PAY-2027-001 -v

say "What does this person have, and why that much? A cap cut the last grant."
show ilactl statement "$person"
show ilactl explain "$entry"

say "Every byte against the log, every sum against the rows: no word means all is well."
show ilactl check

printf '\n# That was all of it. Try the same yourself: README.md, "Five minutes".\n'
