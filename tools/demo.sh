#!/bin/sh
# The demo: a year's turn in a made-up agency, and one person's way through a course. Works in a folder of its own and removes it again.
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
show() {
  printf '$'
  for word; do case $word in *[!A-Za-z0-9_./:@=,+-]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac; done
  printf '\n'
  "$@"
}

say "A sample ledger: 300 made-up people, two booked years, courses to find and people in them."
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

say "A caseworker looks for a course, with the person in front of them."
show ilactl course find databases --field 061 --time-of-day evening --affordable-by 2027-02-01 --person "$person" --on 2027-01-05

say "What would it cost whom? The offer, then the yes."
show ilactl enrol "$person" DIT622/EVE27 --on 2027-01-05 -n
show ilactl enrol "$person" DIT622/EVE27 --on 2027-01-05 --yes --consent "signed at the desk" -q

say "It starts; it ends. The scheme says what the provider may have and where the rest goes."
show ilactl enrolment start "$person/DIT622" --on 2027-02-01 -q
show ilactl enrolment complete "$person/DIT622" --on 2027-04-30 --attendance 0.95 --result passed --ref INV-77 -v

say "Providers are paid: what is due and nothing else, and never twice."
show ilactl settle --on 2027-05-03 --yes -v
show ilactl settle --on 2027-05-03 --yes -v

say "A micro-credential: all elements of the European standard, signed with a key outside the ledger."
show ilactl credential key new ../agency.pem --on 2027-05-03 -q
show ilactl credential issue "$person/DIT622" --sign-with ../agency.pem --on 2027-05-03 -v
show ilactl credential recognise "$person/DIT622" --by O1 --as "part of the data trainee's programme" --on 2027-05-04 -v

say "What its holder gets: a certificate to print, in any of three languages, and a badge that carries the signed file."
show ilactl credential export "$person/DIT622" --format pdf --language sv --to ../certificate.pdf -v
show ilactl credential export "$person/DIT622" --format png --to ../badge.png -v
show ilactl credential export "$person/DIT622" --format ob3 --to ../credential.json -q

say "An employer elsewhere asks: is it genuine? No ledger, no network; whom to trust is theirs to say."
agency=$(ilactl credential key list -O csv | awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "did") at = i } END { print $at }')
(cd .. && show ilactl credential verify badge.png --trust "$agency" --on 2027-06-01)

say "And with one letter changed?"
(cd .. && sed s/passed/Passed/ credential.json > changed.json && show ilactl credential verify changed.json --trust "$agency" --on 2027-06-01) || true

say "Every byte against the log, every sum against the rows: no word means all is well."
show ilactl check

printf '\n# That was all of it. Try the same yourself: README.md, "Five minutes".\n'
