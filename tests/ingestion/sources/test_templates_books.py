"""Templates of ERP systems, ledgers and central banks: documents, payments, dunning, costs, rates."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

from tests.ingestion.conftest import Home
from tests.ingestion.sources.templates import at, ingest, mapping_of


def test_documents_of_an_erp_system(home: Home) -> None:
    table = (
        "Belegnummer;Belegart;Belegdatum;Fälligkeit;Währung;Netto;Steuer;Brutto;Zahlbetrag;Auftrag;"
        "Kundennummer;E-Mail;Storno am\n"
        "R1;Rechnung;02.03.2026;16.03.2026;EUR;1.000,00;190,00;1.190,00;;A1;4711;anna@example.de;\n"
        "G1;Gutschrift;29.03.2026;;EUR;100,00;19,00;119,00;0,00;A1;4711;anna@example.de;\n"
        "R2;Rechnung;03.03.2026;17.03.2026;EUR;10,00;1,90;12,00;12,00;A2;4712;;04.03.2026\n"
        "R3;Lieferschein;03.03.2026;17.03.2026;EUR;10,00;1,90;11,90;;A2;4712;;\n"
        "R4;Rechnung;31.02.2026;17.03.2026;EUR;10.00;1,90;11,90;;A2;4712;;\n"
    )
    ingest(home, "erp_invoices", table)
    columns = (
        "event_id, type_code, issue_date, due_date, net_minor, tax_minor, gross_minor, "
        "amount_due_minor, gross_currency, occurred_at, time_uncertainty_seconds"
    )
    nothing = (None,) * 8
    assert home.rows("billing", columns) == [
        ("G1/issued", "381", date(2026, 3, 29), date(2026, 3, 29), 10000, 1900, 11900, 0, "EUR",
         at(28, 23), 86400),
        ("R1/issued", "380", date(2026, 3, 2), date(2026, 3, 16), 100000, 19000, 119000, 119000, "EUR",
         at(1, 23), 86400),
        ("R2/voided", *nothing, at(3, 23), 86400),
    ]  # fmt: skip
    assert home.reasons() == [
        ("gross_mismatch", "data.gross", 4),
        ("enum", "data.type_code", 5),
        ("bad_time", "time", 6),
    ]


def test_payments_of_an_erp_system(home: Home) -> None:
    table = (
        "Buchung;Buchungsdatum;Betrag;Währung;Zahlweg;Belegnummer;Kundennummer;Rückgabegrund;Zahlung\n"
        "Z1;10.03.2026;1.190,00;EUR;Überweisung;R1;4711;;\n"
        "Z2;11.03.2026;50,00;EUR;Lastschrift;R5;4713;AM04;\n"
        "Z3;12.03.2026;119,00-;EUR;Überweisung;G1;4711;;Z1\n"
        "Z4;13.03.2026;-20;EUR;Barscheck;G2;4711;;\n"
        "Z5;13.03.2026;;EUR;Barscheck;R6;4711;;\n"
    )
    counts = ingest(home, "erp_payments", table)
    columns = "event_id, event_type, payment_id, amount_minor, method, failure_code"
    assert home.rows("billing", columns) == [
        ("Z1/succeeded", "payment.succeeded", "Z1", 119000, "transfer", None),
        ("Z2/failed", "payment.failed", "Z2", 5000, None, "AM04"),
        ("Z3/refunded", "refund.issued", "Z1", -11900, None, None),
    ]
    assert home.reasons() == [("missing_field", "data.payment_id", 5)]
    assert counts["unused"] == 1


def test_dunning_of_an_erp_system(home: Home) -> None:
    table = (
        "Belegnummer;Mahnstufe;Mahndatum;Mahngebühr;Währung;Kundennummer\n"
        "R1;1;20.03.2026;;EUR;4711\nR1;2;03.04.2026;5,00;EUR;4711\nR2;0;20.03.2026;;EUR;4712\n"
        "R3;1;20.03.2026;fünf;EUR;4713\n"
    )
    counts = ingest(home, "erp_dunning", table)
    columns = "event_id, dunning_level, fee_minor, occurred_at"
    assert home.rows("billing", columns) == [
        ("R1/dunning/1/20.03.2026", 1, None, at(19, 23)),
        ("R1/dunning/2/03.04.2026", 2, 500, at(2, 22, month=4)),
    ]
    assert home.reasons() == [("bad_money", "data.fee", 5)]
    assert counts["unused"] == 1


def test_costs_out_of_the_ledger(home: Home) -> None:
    table = (
        "Buchung;Buchungsdatum;Periode;Kostenstelle;Betrag;Währung\n"
        "L1;31.03.2026;03/2026;4100;12.345,67;EUR\nL2;31.03.2026;03/2026;4100;45,67-;EUR\n"
        "L3;31.03.2026;03/2026;9999;1,00;EUR\nL4;31.03.2026;März;4200;1,00;EUR\n"
    )
    ingest(home, "cost_ledger", table)
    columns = "event_id, cost_center, period, amount_minor"
    assert home.rows("billing", columns) == [
        ("L1", "service", date(2026, 3, 1), 1234567),
        ("L2", "service", date(2026, 3, 1), -4567),
    ]
    assert home.reasons() == [("enum", "data.cost_center", 4), ("bad_date", "data.period", 5)]


def test_rates_of_the_central_bank_one_column_a_currency(home: Home, tmp_path: Path) -> None:
    table = (
        "Date,USD,JPY,CYP,\n2026-03-03,1.0832,162.45,N/A,\n2026-03-02,1.0810,0,N/A,\n"
        "2026-02-30,1.08,,N/A,\n2026-02-28,N/A,N/A,N/A,\n"
    )
    with zipfile.ZipFile(tmp_path / "eurofxref-hist.zip", "w") as archive:
        archive.writestr("eurofxref-hist.csv", table)
    counts = home.ingest(tmp_path / "eurofxref-hist.zip", mapping_file=mapping_of("ecb_fx_rates"))
    columns = "event_id, from_currency, to_currency, rate_date, rate, occurred_at, recorded_at"
    assert home.rows("billing", columns) == [
        ("EUR/JPY/2026-03-03", "EUR", "JPY", date(2026, 3, 3), Decimal("162.45"), at(3, 15), at(3, 15)),
        ("EUR/USD/2026-03-02", "EUR", "USD", date(2026, 3, 2), Decimal("1.081"), at(2, 15), at(2, 15)),
        ("EUR/USD/2026-03-03", "EUR", "USD", date(2026, 3, 3), Decimal("1.0832"), at(3, 15), at(3, 15)),
    ]  # fmt: skip
    assert home.reasons() == [("rate_not_positive", "data.rate", 3), ("bad_time", "time", 4)]
    assert (counts["read"], counts["unused"]) == (6, 1)
