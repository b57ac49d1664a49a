"""Path answers that tests draw, in the form that `connections` gives them. Every name here is invented."""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import Any

SOURCES = {
    "register": "Company register of Norrland",
    "cases": "Completed investigations",
    "vehicles": "Vehicle registrations",
    "bills": "Utility bills",
    "phones": "Phone subscriptions",
    "bank": "Bank transfers",
}
HOSTILE = [
    "<script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=2>",
    '" onmouseover="window.pwned=3',
    '<a href="javascript:window.pwned=4">href</a>',
    "</script><script>window.pwned=5</script>",
    "{{7*7}} ${7*7} $data",
    "<!-- <script> ]]>",
    "\u202egnorw\u202c 🕵️ &lt;b&gt; \u2028 \ud800",
    "__proto__",
    "javascript:window.pwned=6",
]


def entity(key: str, kind: str, caption: str, *, stub: bool = False, **properties: Any) -> dict[str, Any]:
    source = key.split("/")[0]
    return {
        "id": key,
        "source": source,
        "source_title": SOURCES.get(source, source),
        "type": kind,
        "type_label": {"Address": "address", "Phone": "phone number", "LegalEntity": "person or organisation"}.get(kind, kind.lower()),
        "caption": caption,
        "stub": stub,
        "properties": properties,
    }


def link(start: str, kind: str, label: str, end: str, sentence: str, *, forward: bool = True, **more: Any) -> dict[str, Any]:
    source = start.split("/")[0] if start.split("/")[0] == end.split("/")[0] else more.get("source", start.split("/")[0])
    number = len(kind) + len(start) + len(end)
    return {
        "kind": "link",
        "id": f"{source}/{kind}/{start.split('/')[-1]}-{end.split('/')[-1]}{more.get('tail', '')}",
        "type": kind,
        "label": label,
        "from": start,
        "to": end,
        "forward": forward,
        "source": source,
        "sentence": sentence,
        "valid_from": more.get("valid_from"),
        "valid_to": more.get("valid_to"),
        "properties": more.get("properties", {}),
        "records": more.get("records", [f"{source}/record/{kind.lower()}/{number}@{number:012x}"]),
        "evidence": None,
        "method": None,
    }


def same(start: str, end: str, what: str) -> dict[str, Any]:
    return {
        "kind": "same_as",
        "id": f"same/{start}/{end}",
        "type": "SAME_AS",
        "label": "same as",
        "from": start,
        "to": end,
        "forward": True,
        "source": None,
        "sentence": f"Both records give the same {what}",
        "valid_from": None,
        "valid_to": None,
        "properties": {},
        "records": [],
        "evidence": {"rule": "equal identifier", "compared": {"property": what, "normalised": "trim, lower case"}, "candidates": 1},
        "method": "exact-identifier",
    }


def path(*hops: dict[str, Any]) -> dict[str, Any]:
    crossings = sum(hop["kind"] == "same_as" for hop in hops)
    return {
        "length": len(hops) - crossings,
        "crossings": crossings,
        "sources": sorted({hop["source"] for hop in hops if hop["source"]}),
        "nodes": [hops[0]["from"], *(hop["to"] for hop in hops)],
        "hops": list(hops),
    }


def answer(start: str, end: str, entities: list[dict[str, Any]], paths: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    records = {}
    for number, key in enumerate(sorted({key for p in paths for hop in p["hops"] for key in hop["records"]})):
        source = key.split("/")[0]
        records[key] = {
            "id": key,
            "source": source,
            "source_title": SOURCES.get(source, source),
            "table": key.split("/")[2] if key.count("/") > 1 else "rows",
            "key": f"K-{1000 + number}",
            "version": 1 + number % 3,
            "as_of": "2024-06-30",
            "file": f"{source}_2024-06-30.csv",
            "line": 17 + 311 * number,
            "sha256": hashlib.sha256(key.encode("utf-8", "replace")).hexdigest(),
            "in_force": number % 5 != 3,
        }
    return {
        "question": {"from": start, "to": end, "max_hops": 6, "k": 5, "types": None, "sources": None},
        "entities": {thing["id"]: thing for thing in entities},
        "records": records,
        "paths": paths,
        "complete": more.get("complete", True),
        "cut_by": more.get("cut_by", []),
        "cut_text": more.get("cut_text", []),
        "searched": {"sources": list(SOURCES), "max_hops": 6, "max_steps": 13, "types": None},
        "engine": "cypher",
        "seq": 4711,
    }


def world() -> dict[str, Any]:
    """Five paths over 15 entities: same-as steps, a hub, long names, a stub, parallel links, links against the way."""
    ada, bo = "register/Person/ada", "cases/Person/bo"
    firm, firm2, agent = "register/Company/harbour", "register/Company/quay", "register/Address/agent"
    ada_bill, ada_bill_home, bo_home = "bills/Person/a-lind", "bills/Address/kelp12", "cases/Address/kelp12"
    ada_phone, bo_phone, ada_ph = "phones/Person/lind", "cases/Phone/55", "phones/Phone/55"
    account, other = "bank/Account/3301", "bank/Account/9977"
    ada_bank, bo_bank = "bank/Person/lind-a", "bank/Person/holm-b"
    entities = [
        entity(
            ada,
            "Person",
            "Ada Marguerite Lindqvist-Featherstonehaugh",
            birthDate="1971-04",
            nationality="NO",
            name=["Ada Lindqvist", "A. M. Lindqvist"],
        ),
        entity(bo, "Person", "Bo Holm", category="suspect", birthDate="1969-11-02"),
        entity(firm, "Company", "Harbour & Quay Freight Forwarding International Holding Ltd", registrationNumber="NO 913 220 145"),
        entity(firm2, "Company", "Quayside Nominees AS", stub=True),
        entity(agent, "Address", "Suite 4, 12 Formation Street, Norrhaven 0150", links=40213, note="a hub: 40,213 links"),
        entity(ada_bill, "Person", "LINDQVIST A"),
        entity(ada_bill_home, "Address", "Kelp Lane 12, Norrhaven"),
        entity(bo_home, "Address", "12 Kelp Ln, Norrhaven"),
        entity(ada_phone, "Person", "Lindqvist, Ada"),
        entity(ada_ph, "Phone", "+47 22 55 01 55"),
        entity(bo_phone, "Phone", "+47 2255 0155"),
        entity(ada_bank, "Person", "A LINDQVIST"),
        entity(account, "Account", "NO93 3301 …17"),
        entity(other, "Account", "NO12 9977 …02"),
        entity(bo_bank, "Person", "HOLM BO"),
    ]
    director = link(
        ada,
        "DIRECTOR_OF",
        "director of",
        firm,
        "Ada Lindqvist is a director of Harbour & Quay (2015-03 to 2021-10-03)",
        valid_from="2015-03",
        valid_to="2021-10-03",
        properties={"role": "chair"},
    )
    owns = link(
        firm,
        "OWNS",
        "owns shares of",
        firm2,
        "Harbour & Quay owns shares of Quayside Nominees",
        valid_from="2016",
        properties={"percent": "51", "amount": "NOK 1,200,000.00"},
    )
    registered = link(firm2, "REGISTERED_AT", "registered at", agent, "Quayside Nominees is registered at Suite 4", valid_from="2016-01-12")
    named = link(
        agent, "HAS_ADDRESS", "has the address", bo, "Bo Holm gives the address Suite 4", forward=False, source="cases", valid_to="2020"
    )
    bill_same, phone_same = same(ada, ada_bill, "identifier"), same(ada_phone, ada, "identifier")
    supplied = link(
        ada_bill,
        "SUPPLIED_AT",
        "is supplied at",
        ada_bill_home,
        "LINDQVIST A is billed for supply at Kelp Lane 12",
        valid_from="2018-02",
        valid_to="2019-11",
    )
    lives = link(bo_home, "LIVES_AT", "lives at", bo, "Bo Holm lives at 12 Kelp Ln", forward=False)
    holder = link(ada_bank, "HAS_ACCOUNT", "has the account", account, "A LINDQVIST has the account NO93 3301")
    transfers = [
        link(
            account,
            "TRANSFERRED_TO",
            "transferred to",
            other,
            f"NO93 3301 transferred NOK {amount} to NO12 9977",
            valid_from=day,
            valid_to=day,
            tail=day,
            properties={"amount": f"NOK {amount}"},
            records=[f"bank/record/transfers/T{day}@{day[-2:]}ab90cd", f"bank/record/transfers/U{day}@{day[-2:]}ff90cd"],
        )
        for day, amount in (("2019-05-14", "48,000.00"), ("2019-05-15", "49,500.00"))
    ]
    holder2 = link(other, "HAS_ACCOUNT", "has the account", bo_bank, "HOLM BO has the account NO12 9977", forward=False)
    phone = link(ada_phone, "HAS_PHONE", "has the phone", ada_ph, "Lindqvist, Ada has the phone number +47 22 55 01 55", valid_from="2017")
    phone2 = link(bo_phone, "HAS_PHONE", "has the phone", bo, "Bo Holm has the phone number +47 2255 0155", forward=False)
    paths = [
        path(bill_same, supplied, same(ada_bill_home, bo_home, "address"), lives),
        path(phone_same | {"from": ada, "to": ada_phone, "forward": False}, phone, same(ada_ph, bo_phone, "phone number"), phone2),
        path(director, owns, registered, named),
        path(same(ada, ada_bank, "identifier"), holder, transfers[0], holder2, same(bo_bank, bo, "identifier")),
        path(same(ada, ada_bank, "identifier"), holder, transfers[1], holder2, same(bo_bank, bo, "identifier")),
    ]
    cuts = [
        "Only the 5 shortest paths were asked for; more exist.",
        "2 paths through Suite 4, 12 Formation Street (40,213 links) were left out.",
    ]
    return answer(ada, bo, entities, paths, complete=False, cut_by=["k", "hubs"], cut_text=cuts)


def long() -> dict[str, Any]:
    """A path of twelve steps, with two that leave it for one or two entities and come back: three lanes."""
    kinds = [("cases", "Person", "Dag Fjellstrand Molvik"), ("cases", "Phone", "+47 2200 4711"), ("phones", "Phone", "+47 22 00 47 11")]
    kinds += [("phones", "Person", "Molvik, Dag"), ("bills", "Person", "MOLVIK D F"), ("bills", "Address", "Tern Street 7, 0480 Norrhaven")]
    kinds += [("register", "Address", "7 Tern St, Norrhaven"), ("register", "Company", "Brightwater Freight AS")]
    kinds += [("register", "Person", "Runa Steinsvik"), ("bank", "Person", "STEINSVIK R"), ("bank", "Account", "NO12 4410 …88")]
    kinds += [("bank", "Account", "NO77 9021 …05"), ("bank", "Person", "Siri Ovedal")]
    chain = [entity(f"{source}/{kind}/{n}", kind, caption) for n, (source, kind, caption) in enumerate(kinds)]
    labels = ["has the phone", "", "has the phone", "", "is supplied at", "", "registered at", "director of", "", "has the account"]
    labels += ["transferred to", "has the account"]
    against = {2, 6, 7, 11}
    hops = []
    for n, (label, (a, b)) in enumerate(zip(labels, pairwise(chain), strict=True)):
        one, two = (b["id"], a["id"]) if n in against else (a["id"], b["id"])
        hop = link(one, label.upper().replace(" ", "_"), label, two, f"{label}: {n}", valid_from=f"20{10 + n}-03-07", valid_to="2021-10-03")
        turned = {"from": a["id"], "to": b["id"], "forward": n not in against}
        hops.append(hop | turned if label else same(a["id"], b["id"], "identifier"))
    third = entity("vehicles/Phone/x", "Phone", "+4722004711")
    seller, buyer = entity("vehicles/Person/y", "Person", "R. Steinsvik"), entity("vehicles/Vehicle/z", "Vehicle", "KX 40182")
    shipped = link(buyer["id"], "OWNED_BY", "owned by", seller["id"], "KX 40182 is owned by R. Steinsvik", valid_from="2019")
    leased = link(chain[7]["id"], "LEASES", "leases", buyer["id"], "Brightwater Freight leases KX 40182", valid_from="2019-05-01")
    detour = [same(chain[1]["id"], third["id"], "phone number"), same(third["id"], chain[2]["id"], "phone number")]
    around = [leased, shipped, same(seller["id"], chain[9]["id"], "identifier")]
    paths = [path(*hops), path(hops[0], *detour, *hops[2:]), path(*hops[:7], *around, *hops[9:])]
    made = answer(chain[0]["id"], chain[-1]["id"], [*chain, third, seller, buyer], paths, complete=False, cut_by=["k"])
    return made | {"cut_text": ["The answer was cut at 3: there are more paths, or may be."]}


def parallel(lanes: int = 3, steps: int = 12) -> dict[str, Any]:
    """Paths that share nothing but their ends: the most cards that a folded drawing holds."""
    a, b = entity("register/Person/a", "Person", "Ada Lindqvist"), entity("register/Person/b", "Person", "Bo Holm")
    middles = [
        [entity(f"register/Company/{r}-{c}", "Company", f"Company {r} of rank {c} Ltd") for c in range(1, steps)] for r in range(lanes)
    ]
    chains = [pairwise([a, *row, b]) for row in middles]
    paths = [path(*(link(x["id"], "OWNS", "owns", y["id"], "one owns two", valid_from="2016-02-01") for x, y in hops)) for hops in chains]
    return answer(a["id"], b["id"], [a, b, *(thing for row in middles for thing in row)], paths)


def nothing() -> dict[str, Any]:
    """No path between two entities."""
    ends = [entity("register/Person/ada", "Person", "Ada Lindqvist"), entity("cases/Person/bo", "Person", "Bo Holm")]
    return answer(ends[0]["id"], ends[1]["id"], ends, [])


def short() -> dict[str, Any]:
    """A direct link, a path of two links and one that joins it: the smallest drawing with a free middle row."""
    a, b, x = (entity(f"register/Company/{name}", "Company", f"{name} Ltd") for name in ("Alder", "Birch", "Cedar"))
    owns = link(a["id"], "OWNS", "owns shares of", b["id"], "Alder owns shares of Birch")
    one = link(a["id"], "OWNS", "owns shares of", x["id"], "Alder owns shares of Cedar")
    two = link(x["id"], "CONTROLS", "controls", b["id"], "Birch controls Cedar", forward=False)
    return answer(a["id"], b["id"], [a, b, x], [path(owns), path(one, two)])


def crowd(rows: int = 8, columns: int = 5) -> dict[str, Any]:
    """rows x columns entities between the ends, with paths that change rows on the way: about 40 cards."""
    a, b = entity("register/Person/a", "Person", "Ada Lindqvist"), entity("register/Person/b", "Person", "Bo Holm")
    middles = [
        [entity(f"register/Company/{r}-{c}", "Company", f"Company number {r} of rank {c} Ltd") for c in range(columns - r % 3)]
        for r in range(rows)
    ]
    chains = [[a, *row, b] for row in middles]
    chains += [[a, *middles[r][:2], *middles[r + 1][2:], b] for r in range(0, rows - 1, 2)]
    paths = [
        path(
            *(
                link(
                    x["id"],
                    "OWNS",
                    "owns shares of",
                    y["id"],
                    f"{x['caption']} owns {y['caption']}",
                    valid_from="2016-02-01",
                    valid_to="2020-03-04",
                )
                for x, y in pairwise(chain)
            )
        )
        for chain in chains
    ]
    return answer(a["id"], b["id"], [a, b, *(thing for row in middles for thing in row)], paths)


def hostile() -> dict[str, Any]:
    """Texts made to break out of HTML, JSON, templates and drawings, in every field that a source fills."""
    bad = HOSTILE
    names = [f"{text} #{number}" for number, text in enumerate(bad)]
    entities: list[dict[str, Any]] = [
        {
            "id": f"{text}/id",
            "source": bad[n % 4],
            "source_title": f"{bad[n % 4]} title",
            "type": bad[(n + 3) % 5],
            "type_label": bad[(n + 3) % 5],
            "caption": text,
            "stub": False,
            "properties": {f"{bad[(n + 1) % len(bad)]} name": bad[(n + 2) % len(bad)], "__proto__": {"polluted": text}, "list": bad},
        }
        for n, text in enumerate(names)
    ]
    ids = [thing["id"] for thing in entities]
    hops = [
        {
            "kind": "same_as" if n % 4 == 3 else "link",
            "id": f"{bad[n]} link",
            "type": bad[n],
            "label": f"{bad[n]} label",
            "from": start,
            "to": end,
            "forward": n % 2 == 0,
            "source": None if n % 4 == 3 else bad[n % 4],
            "sentence": f"{bad[n]} sentence",
            "valid_from": bad[n],
            "valid_to": bad[-1 - n],
            "properties": {bad[n]: bad[-1 - n]},
            "records": [f"{bad[n]} record"],
            "evidence": {bad[n]: [bad[n], {"deep": bad[n]}]},
            "method": f"{bad[n]} method",
        }
        for n, (start, end) in enumerate(pairwise(ids))
    ]
    made = answer(ids[0], ids[-1], entities, [path(*hops)], complete=False, cut_by=["k", "time"], cut_text=[f"{text} cut" for text in bad])
    for record in made["records"].values():
        record.update({field: f"{record['id']} {field}" for field in ("source_title", "table", "key", "as_of", "file", "line", "sha256")})
    made["searched"] |= {"sources": bad, "types": bad}
    made["engine"] = bad[0]
    return made
