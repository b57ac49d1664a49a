#!/bin/sh
# The demo, as commands that you can type yourself: an invented country of 2,000 people told by seven sources, and one question.
# `make demo` runs it; everything it makes lies in demo/. A second run finds the database there, and its loads change nothing.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-demo}
mkdir -p "$folder"
cd "$folder"

# A database of the demo's own, whatever else is set here.
unset GRAPHSVC_NEO4J_URI GRAPHSVC_LOADERS
export GRAPHSVC_HOME="$PWD/home"

run() {
    printf '\n$ %s\n' "$1"
    eval "$1"
}

run 'graphsvc sample --people 2000 --seed 1 --out sample --force'
run 'graphsvc db start'
for source in company_register case_files vehicle_register plate_reads utility_bills phone_subscriptions bank_transfers; do
    run "graphsvc load $source sample/$source/*"
done

echo
echo "A director in the company register, and a suspect in the records of a completed investigation: are they connected?"
run 'graphsvc find "Trangand Braknaan Lynby"'
run 'graphsvc find "Semus Krolyberg"'
run 'graphsvc path company_register/Person/54965548 case_files/Person/VK-78943901,P1 --html answer.html | tee answer.txt'

echo
echo "What does the step in the middle rest on? The row as the utility gave it:"
contract=$(sed -n 's/^ *record \(utility_bills[^ ]*\) .*/\1/p' answer.txt | head -n 1)
run "graphsvc record '$contract'"

cat <<END

The drawn answer: $PWD/answer.html (open it in a browser; it needs no network)

Go on asking:
    cd $PWD
    export GRAPHSVC_HOME=$GRAPHSVC_HOME PATH=$(dirname "$(command -v graphsvc)"):\$PATH
    graphsvc find "Lynby"
Neo4j goes on running until \`graphsvc db stop\`. \`make clean\` deletes all that the demo made.
END
