"""Numbers that validators accept and that belong to nobody: company numbers, accounts, phones, plates, vehicles, travel documents.

Each is a function of an index, so nothing is stored. May import the standard library and this package.

- company number: 8 digits and a check digit modulo 11 as Norway's organisation numbers (`stdnum.no.orgnr`), but starting with 1-7, which
  Norway does not issue;
- account: an IBAN in the British structure (`stdnum.iban`) with invented bank codes;
- phone: British numbering (`phonenumbers` region GB), range 056;
- travel document: the country's code and eight digits;
- plate: two letters and five digits; vehicle number: 17 characters with the check digit in the ninth place, under a maker code that starts
  with 0, which nobody has.
"""

from __future__ import annotations

from graphsvc.sample.streams import Scramble

HOME_BANK = "VLDM"
OTHER_BANKS = ("OSTV", "NRDM", "KYSB")
PLATE_LETTERS = "ABCDEFHJKLNPRSTUVXYZ"
JURISDICTION = "XV"  # ISO 3166 leaves XA to XZ to its users
OTHER_JURISDICTIONS = ("XO", "XN", "XY")

_ORG_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_VIN_VALUES = dict(zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), *range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)], strict=True))


def company_number(index: int, order: Scramble) -> str:
    """`order` must permute at most 7,000,000 numbers."""
    prefix = 1_000_000 + order(index)
    last = prefix % 10
    while True:
        body = f"{prefix}{last}"
        check = -sum(int(d) * w for d, w in zip(body, _ORG_WEIGHTS, strict=True)) % 11
        if check < 10:
            return f"{body}{check}"
        last = (last + 1) % 10


def iban(account: int, bank: str = HOME_BANK) -> str:
    """`account` below 10^8 is the number within the bank; the branch follows from it."""
    branch = 400_000 + account % 41
    bban = f"{branch:06d}{account:08d}"
    letters = "".join(str(ord(c) - 55) for c in bank)
    check = 98 - int(f"{letters}{bban}161100") % 97
    return f"GB{check:02d}{bank}{bban}"


def phone_e164(number: int) -> str:
    """`number` below 10^8."""
    return f"+4456{number:08d}"


def phone_as(e164: str, style: int) -> str:
    """National and international notations of the same number."""
    a, b = e164[5:9], e164[9:]
    return (f"056 {a} {b}", f"+44 56 {a} {b}", f"056{a}{b}", f"0044 56 {a}{b}", f"(056) {a}-{b}", e164)[style % 6]


def plate(number: int) -> str:
    """`number` below 20 x 20 x 100,000."""
    letters, digits = divmod(number, 100_000)
    return f"{PLATE_LETTERS[letters // 20]}{PLATE_LETTERS[letters % 20]}{digits:05d}"


def document(number: int) -> str:
    """A travel document; `number` below 10^8."""
    return f"{JURISDICTION}{number:08d}"


def vin(number: int) -> str:
    """`number` below 10^8."""
    letters = _VIN_LETTERS
    body = f"0VM{letters[number % 23]}{letters[number // 23 % 23]}{number % 7}{letters[number // 7 % 23]}S0{number:08d}"
    total = sum(_VIN_VALUES[c] * w for c, w in zip(body, _VIN_WEIGHTS, strict=True)) % 11
    return body[:8] + ("X" if total == 10 else str(total)) + body[9:]
