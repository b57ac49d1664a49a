#!/bin/sh
# The demo, as commands that you can type yourself: an invented country of 2,000 people told by eight sources, and one case.
# `make demo` runs it; everything it makes lies in demo/. A second run finds user and database there, and its loads change nothing.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-demo}
mkdir -p "$folder"
cd "$folder"

# A deployment of the demo's own, whatever else is set here.
unset GRAPHSVC_NAME_REFERENCE GRAPHSVC_NEO4J_URI GRAPHSVC_LOADERS GRAPHSVC_ACCOUNTS_URL GRAPHSVC_AUDIT_URL GRAPHSVC_AUDIT_TARGETS
export GRAPHSVC_HOME="$PWD/home"

say() {
    printf '\n%s\n' "$@"
}

run() {
    printf '\n$ %s\n' "$1"
    eval "$1"
}

run 'graphsvc sample --people 2000 --seed 1 --out sample --force'
run 'graphsvc db start'

say 'Who works here? The first user of a deployment becomes its operator, and is whom this machine acts as.'
graphsvc user me >/dev/null 2>&1 ||
    run 'graphsvc user add anna --name "Anna Dekker" --agency veldmark_police --role analyst --role steward --purpose investigation --trained-until 2099-12-31'
run 'graphsvc user me'

say 'Eight sources, each under its policy:'
for source in company_register case_files vehicle_register plate_reads utility_bills phone_subscriptions bank_transfers border_crossings; do
    run "graphsvc load $source sample/$source/*"
done
run 'graphsvc photos-add plate_reads sample/photos/plate_reads'

say 'A director in the company register, and a suspect in the records of a completed investigation: are they connected?' \
    'Nobody asks without saying for which purpose, in which case and why:'
run 'graphsvc inquiry open --purpose investigation --case VM-2026-0417 --reason "Did the director of Hévom Marin know the suspect of the harbour fraud?"'

say 'Who is who in all this? How common names are says the statistics office; what is the same, and why, is decided from all sources in view:'
run 'graphsvc resolve names --given sample/statistics/given_names.csv --family sample/statistics/family_names.csv --population 2000 --title "Names of Veldmark"'
run 'graphsvc resolve run'
run 'graphsvc find "Trangand Braknaan Lynby"'
run 'graphsvc find "Semus Krolyberg"'
run 'graphsvc path company_register/Person/54965548 case_files/Person/VK-78943901,P1 -k 2 --html answer.html | tee answer.txt'

say 'Who has that phone number is in the case: a name and a number in two files. Why are they one person?'
run 'graphsvc why utility_bills/Person/K98908233 case_files/Person/VK-78943901,P1 --html why.html'
say 'And two of one name in one street, who are not:'
run 'graphsvc find "Kimae Dultholt" --type Person --limit 4'
run 'graphsvc why-not company_register/Person/98636807 phone_subscriptions/Person/17543458'

say 'What does the step in the middle rest on? The row as the utility gave it:'
contract=$(sed -n 's/^ *record \(utility_bills[^ ]*\) .*/\1/p' answer.txt | head -n 1)
run "graphsvc record '$contract'"

say 'T. Salesmark pays for it. The vehicle register knows a Tréne Salesmark, with a car. Where was that car seen?' \
    'Plate reads can be looked up by one complete plate, each time for a stated reason, and searched by nobody:'
run 'graphsvc find "Trene Salesmark" --type Person'
run 'graphsvc sighting SJ79644 --jurisdiction XV --reason-code lead'
run 'graphsvc sighting "SJ7*" --jurisdiction XV --reason-code lead' || say '(Refused; and in the log.)'
run 'graphsvc policy explain --user anna --purpose investigation --source plate_reads --operation search' || true # its exit code says no

say 'The Border Guard shows nothing of what it holds, but says that it holds something, and whom to ask:'
run 'graphsvc pointer "Semus Krolyberg" --born 1967-01-25'

say 'All of it is in the log, and whoever has the log can check it:'
run 'graphsvc inquiry close'
run 'graphsvc audit verify'

cat <<END

The drawn answer: $PWD/answer.html, and why two are one: $PWD/why.html (open them in a browser; they need no network)

Go on asking:
    cd $PWD
    export GRAPHSVC_HOME=$GRAPHSVC_HOME PATH=$(dirname "$(command -v graphsvc)"):\$PATH
    graphsvc inquiry open --purpose investigation --case VM-2026-0418 --reason "WHAT YOU WANT TO FIND OUT, AND WHY"
    graphsvc find "Lynby"
Neo4j goes on running until \`graphsvc db stop\`. \`make clean\` deletes all that the demo made.
END
