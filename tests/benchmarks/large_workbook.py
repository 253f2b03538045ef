"""Workbooks that are as heavy as any may be: every second one full of rows, the others with a picture beside a few rows."""

import io
import random
import zipfile
from datetime import date, timedelta
from xml.sax.saxutils import escape

from dashboard.forms.formats import FORMATS
from db.working_days import SATURDAY
from tests.builders import waited

ROWS, FEW = 82_000, 200
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
PARTS = {
    "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
    ' ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Override'
    f' PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/><Override'
    f' PartName="/xl/worksheets/sheet1.xml" ContentType="{KIND}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1"'
    f' Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Registre" sheetId="1"'
    ' r:id="rId1"/></sheets></workbook>',
}


def large_workbook(number: int, size: int, month: date, site: str) -> bytes:
    """A register of a site for a month, of just under so many bytes; no two are the same."""
    chance = random.Random(number)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in PARTS.items():
            file.writestr(name, text)
        rows = ROWS if number % 2 else FEW
        file.writestr("xl/worksheets/sheet1.xml", _sheet(chance, number, rows, month, site))
        if rows == FEW:
            left = size - out.tell() - 1_000
            file.writestr("xl/media/image1.png", chance.randbytes(left), zipfile.ZIP_STORED)
    if len(out.getvalue()) > size:
        raise SystemExit(f"a workbook has {len(out.getvalue())} bytes")
    return out.getvalue()


def _sheet(chance: random.Random, number: int, rows: int, month: date, site: str) -> str:
    days = [month + timedelta(n) for n in range(28)]
    open_days = [day.isoformat() for day in days if day.weekday() < SATURDAY]
    lines = [_row([column.heading for column in FORMATS["registre"].columns])]
    for n in range(rows):
        ref = f"{number} {n} {chance.randbytes(90).hex()}"  # does not pack
        lines.append(_row(waited(n % 60, site=site, day=open_days[n % len(open_days)], ref=ref)))
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _row(cells: list[str]) -> str:
    said = (f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>' for text in cells)
    return f"<row>{''.join(said)}</row>"
