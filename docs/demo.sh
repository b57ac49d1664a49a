#!/bin/sh
# The demo, as commands that you can type yourself: an invented country of 2,000 people told by eight sources, one case, and two months.
# `make demo` runs it; everything it makes lies in demo/. A second run finds user and database there, and its loads change nothing; the two
# months were loaded by then, and it shows again what had changed.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-demo}
mkdir -p "$folder"
cd "$folder"

# A deployment of the demo's own, whatever else is set here.
unset GRAPHSVC_NAME_REFERENCE GRAPHSVC_NEO4J_URI GRAPHSVC_LOADERS GRAPHSVC_ACCOUNTS_URL GRAPHSVC_AUDIT_URL GRAPHSVC_AUDIT_TARGETS GRAPHSVC_JOBS
export GRAPHSVC_HOME="$PWD/home"

say() {
    printf '\n%s\n' "$@"
}

run() {
    printf '\n$ %s\n' "$1"
    eval "$1"
}

run 'graphsvc sample --people 2000 --seed 1 --months 1 --out sample --force'
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

# Act from now on as another user of this machine: a new key of theirs, which nobody sees, proves who it is.
become() {
    printf '%s' "$1" | graphsvc user me --set
}

new_key() {
    graphsvc user key "$1" --json | sed -n 's/^ *"key": "\(.*\)".*/\1/p'
}

# The day so many days from now.
in_days() {
    python -c "from datetime import date, timedelta; print(date.today() + timedelta($1))"
}

# Until the mail server has so many mails.
wait_for_mails() {
    for _ in $(seq 60); do
        [ "$(grep -c '^Graphsvc-Alert' mail.txt)" -lt "$1" ] || return 0
        sleep 1
    done
    say 'No mail came within a minute: see worker.txt.'
    return 1
}

if [ ! -e two-months-done ]; then
    say 'All that was asked. What nobody thinks of asking is told by itself: by a job, which finds out who hangs together and what changed,' \
        'and by watches. Both go on without anybody there, so a supervisor has to approve for what:'
    run 'graphsvc user add sven --name "Sven Ahl" --agency veldmark_police --role supervisor --purpose investigation --trained-until 2099-12-31' ||
        true # he is there if an earlier run was interrupted
    run "graphsvc inquiry request --purpose investigation --case VM-2026-0417 --until $(in_days 60) --reason 'Which groups around the harbour fraud change from month to month?' | tee standing.txt"
    standing=$(sed -n 's/^Standing inquiry \([^ ]*\) .*/\1/p' standing.txt)
    anna=$(new_key anna) sven=$(new_key sven)
    become "$sven"
    run "graphsvc inquiry approve $standing"
    become "$anna"
    export GRAPHSVC_JOBS="{\"groups\": {\"kind\": \"communities\", \"inquiry\": \"$standing\", \"parameters\": {\"measures\": []}}}"

    say 'Month 1: some more companies, and who holds shares of all of them at the end of June. Which groups are there?'
    run 'graphsvc load company_register sample/months/00/company_register/*'
    run 'graphsvc jobs run groups'

    say 'Anna wants to be told of one company, and of that car, which she puts on a hot list. Mail goes to a server of this demo:'
    port=$(python -c 'import socket; one = socket.socket(); one.bind(("127.0.0.1", 0)); print(one.getsockname()[1])')
    export GRAPHSVC_MAIL_HOST=127.0.0.1 GRAPHSVC_MAIL_PORT="$port" GRAPHSVC_MAIL_TLS=false
    export GRAPHSVC_MAIL_SENDER=graphsvc@police.veldmark.example GRAPHSVC_MAIL_DOMAINS='["police.veldmark.example"]'
    python -u -m aiosmtpd -n -l "127.0.0.1:$port" -c aiosmtpd.handlers.Debugging stdout >mail.txt 2>mail-server.txt &
    server=$!
    trap 'kill $server 2>/dev/null || true' EXIT
    run "graphsvc watch add --inquiry $standing --entity company_register/Company/545588226 --mail anna@police.veldmark.example"
    cat >wanted.csv <<END
plate,jurisdiction,owner,case,expiry,reason_code,mail
SJ79644,XV,anna,VM-2026-0417,$(in_days 58),lead,anna@police.veldmark.example
END
    run 'cat wanted.csv'
    run 'graphsvc watch add --hot-list wanted.csv'
    say '$ graphsvc worker &'
    graphsvc worker >worker.txt 2>&1 &
    worker=$!
    trap 'kill $server $worker 2>/dev/null || true' EXIT

    say 'Month 2: shareholdings at the end of July, the whole table, and one read of a camera:'
    mkdir -p sample/months/01/plate_reads
    cat >sample/months/01/plate_reads/reads-2024-07-31.csv <<END
read_at,device,plate,jurisdiction,confidence,lon,lat,street,city,photo_overview,photo_plate
18/07/2024 07:41:05,CAM-0003,SJ79644,XV,0.94,-18.930888,52.009228,Grém Court,Skynstad,08f35105bb63f58d109cbbb02b4ab35540ab46b433bcb308aa4dd30db3fbb505,631f44f2811c89630696c8deebdba7008d4306f4c87c2574dfad027b58e09f57
END
    run 'graphsvc load company_register --full sample/months/01/company_register/*'
    run 'graphsvc load plate_reads sample/months/01/plate_reads/*'
    run 'graphsvc jobs run groups'
    wait_for_mails 2
    kill "$worker" && wait "$worker" || true
    touch two-months-done
fi

say 'What has changed among the groups from month 1 to month 2, and which rows did it:'
run 'graphsvc communities diff --kind born --kind merged --kind split --kind moved --limit 8'
say 'What the mail server received. Mail passes machines that no policy knows, so it says that there is something, and nothing of what:'
run "sed -E '/^(X-Peer|mail options|Content-|MIME-)/d' mail.txt"
say 'What it is about is read here, in an inquiry of that case, and is an entry of the log like every question:'
run 'graphsvc alerts list --reason-code lead | tee alerts.txt'
for alert in $(sed -n 's/^\(alr_[^ ]*\) .*/\1/p' alerts.txt); do
    run "graphsvc alerts show $alert --reason-code lead"
done

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
