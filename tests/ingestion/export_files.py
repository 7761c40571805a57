"""Files as people download them, in the vendors' headers: what is in each, and what has to come of it.

The sums are added up by hand, from the amounts as they stand in the file.
"""

import io
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas


@dataclass(frozen=True)
class Good:
    """A file that loads: its platform, currency, rows, spend to the cent, first and last day, and what else is sure."""

    name: str
    content: bytes
    platform: str
    currency: str
    rows: int
    spend: str
    days: tuple[str, str]
    impressions: int | None = None
    clicks: int | None = None
    first_row: dict[str, Any] = field(default_factory=dict)
    connection_currency: str = ""


@dataclass(frozen=True)
class Bad:
    """A file that is refused: the row and the column to mend, what stands there, and a part of the reason."""

    name: str
    content: bytes
    line: int
    field: str
    value: str
    reason: str


def text(*lines: str, encoding: str = "utf-8", end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode(encoding)


def workbook(sheets: dict[str, list[list[Any]]]) -> bytes:
    buffer = io.BytesIO()
    with pandas.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, rows in sheets.items():
            pandas.DataFrame(rows).to_excel(writer, sheet_name=name, header=False, index=False)
    return buffer.getvalue()


def parquet(columns: dict[str, list[Any]]) -> bytes:
    buffer = io.BytesIO()
    pandas.DataFrame(columns).to_parquet(buffer, index=False)
    return buffer.getvalue()


META_EN = "Reporting starts,Reporting ends,Campaign name,Ad set name,Ad name,Campaign ID,Ad set ID,Ad ID,Day"
META_EN_METRICS = "Amount spent (USD),Impressions,Link clicks,Clicks (all),Purchases,CPC (cost per link click) (USD)"
META_AD = "2026-08-01,2026-08-02,Looma - Broad,LAL 1%,video-a,120200111000000123,120200112000000123,120200113000000123"
GOOGLE_PREAMBLE = ("Campaign report", '"August 1, 2026 - August 3, 2026"')
NARROW = "\u202f"

GOOD = [
    Good(
        "Looma-Ads-Aug-1-2026-Aug-2-2026.csv",
        # 1234.56 + 1002.00; the total comes first, and has no day.
        text(
            f"{META_EN},{META_EN_METRICS}",
            '2026-08-01,2026-08-02,,,,,,,,"2,236.56",84899,590,640,21,3.79',
            f'{META_AD},2026-08-01,"1,234.56",45012,310,340,12,3.98',
            f'{META_AD},2026-08-02,"1,002.00",39887,280,300,9,3.58',
            encoding="utf-8-sig",
        ),
        "meta",
        "USD",
        2,
        "2236.56",
        ("2026-08-01", "2026-08-02"),
        impressions=84899,
        clicks=640,
        first_row={
            "row_number": 3,
            "campaign_id": "120200111000000123",
            "adset_name": "LAL 1%",
            "ad_id": "120200113000000123",
        },
    ),
    Good(
        "Meta Anzeigen August.csv",
        # 1234.56 + 0.44 + 15.00
        text(
            "Berichtsstart;Berichtsende;Kampagnenname;Name der Anzeigengruppe;Anzeigenname;Tag;"
            "Ausgegebener Betrag (EUR);Impressionen;Link-Klicks;Kosten pro Ergebnis;Reichweite",
            '2026-08-01;2026-08-31;Frühling;LAL;video;01.08.2026;"1.234,56";45.012;310;1,20;40.000',
            '2026-08-01;2026-08-31;Frühling;LAL;video;02.08.2026;"0,44";12;0;;10',
            '2026-08-01;2026-08-31;Frühling;LAL;bild;02.08.2026;"15,00";900;4;3,75;870',
            "Gesamt;;;;;;1250,00;45924;314;;",
            encoding="cp1252",
            end="\r\n",
        ),
        "meta",
        "EUR",
        3,
        "1250.00",
        ("2026-08-01", "2026-08-02"),
        impressions=45924,
        clicks=314,
        first_row={"campaign_name": "Frühling", "row_number": 2},
    ),
    Good(
        "Export_publicites.csv",
        # 1234.56 + 78.44; groups of three by the narrow no-break space.
        text(
            "Début des rapports\tFin des rapports\tNom de la campagne\tNom de l\u2019ensemble de publicités\tJour\t"
            "Montant dépensé (EUR)\tImpressions\tClics sur le lien\tCouverture",
            f"2026-08-01\t2026-08-02\tÉté\tFroid\t2026-08-01\t1{NARROW}234,56\t45{NARROW}012\t310\t1{NARROW}000",
            "2026-08-01\t2026-08-02\tÉté\tFroid\t2026-08-02\t78,44\t900\t3\t800",
            encoding="utf-16",
        ),
        "meta",
        "EUR",
        2,
        "1313.00",
        ("2026-08-01", "2026-08-02"),
        impressions=45912,
        clicks=313,
        first_row={"campaign_name": "Été", "adset_name": "Froid"},
    ),
    Good(
        "anuncios.csv",
        # 11.52 + 3.10; a day of its own for each row, and no column of days.
        text(
            "Inicio del informe,Fin del informe,Nombre de la campaña,Importe gastado (EUR),Impresiones,Resultados",
            '2026-08-01,2026-08-01,Otoño,"11,52","1.204",3',
            '2026-08-02,2026-08-02,Otoño,"3,10",310,',
        ),
        "meta",
        "EUR",
        2,
        "14.62",
        ("2026-08-01", "2026-08-02"),
        impressions=1514,
    ),
    Good(
        "inserzioni.csv",
        # 200.00 + 0.05
        text(
            "Giorno;Nome della campagna;Importo speso (EUR);Impression;Clic sul link;Valuta",
            "01/08/2026;Aurora;200,00;10.000;100;EUR",
            "13/08/2026;Aurora;0,05;7;0;EUR",
        ),
        "meta",
        "EUR",
        2,
        "200.05",
        ("2026-08-01", "2026-08-13"),
        impressions=10007,
        clicks=100,
    ),
    Good(
        "relatorio.csv",
        # 1000.10 + 99.90
        text(
            "Dia,Nome da campanha,Identificação da campanha,Valor usado (BRL),Impressões,Cliques (todos),Alcance",
            '2026-08-01,Verão,120200119000000123,"1.000,10","12.345",90,8000',
            '2026-08-02,Verão,120200119000000123,"99,90",900,9,700',
        ),
        "meta",
        "BRL",
        2,
        "1100.00",
        ("2026-08-01", "2026-08-02"),
        impressions=13245,
        clicks=99,
        first_row={"campaign_id": "120200119000000123"},
    ),
    Good(
        "advertenties.csv",
        # 12.50 + 20.10 + 0.40; one ad on two platforms is two rows of the same day.
        text(
            "Dag;Campagnenaam;Advertentienaam;Platform;Weergaven;Linkklikken;Besteed bedrag (EUR)",
            "2026-08-01;Zomer;vierkant;facebook;1.200;24;12,50",
            "2026-08-01;Zomer;vierkant;instagram;3.400;51;20,10",
            "2026-08-01;Zomer;vierkant;instagram;100;2;0,40",
        ),
        "meta",
        "EUR",
        3,
        "33.00",
        ("2026-08-01", "2026-08-01"),
        impressions=4700,
        clicks=77,
    ),
    Good(
        "Meta report.xlsx",
        # 12.34 + 0.3, which Excel has as 0.30000000000000004; the formatted sheet says the same once more.
        workbook(
            {
                "Formatted Report": [
                    ["Day", "Campaign name", "Campaign ID", "Amount spent (USD)", "Impressions"],
                    [datetime(2026, 8, 1), "Looma", "120200111000000123", 12.34, 1200],
                    [datetime(2026, 8, 2), "Looma", "120200111000000123", 0.1 + 0.2, 30],
                ],
                "Raw Data Report": [
                    ["Day", "Campaign name", "Campaign ID", "Amount spent (USD)", "Impressions"],
                    [datetime(2026, 8, 1), "Looma", "120200111000000123", 12.34, 1200],
                    [datetime(2026, 8, 2), "Looma", "120200111000000123", 0.1 + 0.2, 30],
                ],
            }
        ),
        "meta",
        "USD",
        2,
        "12.64",
        ("2026-08-01", "2026-08-02"),
        impressions=1230,
        first_row={"campaign_id": "120200111000000123", "row_number": 2},
    ),
    Good(
        "Campaign report.csv",
        # 12.34 + 1020.50 + 3.10 + 0.00
        text(
            *GOOGLE_PREAMBLE,
            "Day,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,Conversions,Cost / conv.",
            '2026-08-01,Total Body & Soul,12345678901,CAD,12.34,"1,234",7,1.00,12.34',
            '2026-08-02,Total Body & Soul,12345678901,CAD,"1,020.50","10,500",88,2.50,408.20',
            "2026-08-01,Brand - Search,22222222222,CAD,3.10,40,2,0.00,--",
            "2026-08-03,Brand - Search,22222222222,CAD,0.00,0,0,0.00,--",
            'Total: Account,--,--,CAD,"1,099.99","11,900",99,3.50,--',
            'Total: Search,--,--,CAD,"1,035.94","11,774",97,3.50,--',
            'Total: Campaigns,--,--,CAD,"1,035.94","11,774",97,3.50,--',
        ),
        "google",
        "CAD",
        4,
        "1035.94",
        ("2026-08-01", "2026-08-03"),
        impressions=11774,
        clicks=97,
        first_row={"campaign_id": "12345678901", "campaign_name": "Total Body & Soul", "row_number": 4},
    ),
    Good(
        "Kampagnenbericht.csv",
        # 1234.56 + 99.90; Google's "CSV for Excel" is UTF-16 with tabs.
        text(
            "Kampagnenbericht",
            "1. August 2026 - 2. August 2026",
            "Tag\tKampagne\tWährungscode\tKosten\tImpr.\tKlicks\tConversions",
            "2026-08-01\tDach Frühling\tUSD\t1.234,56\t12.345\t120\t3,00",
            "2026-08-02\tDach Frühling\tUSD\t99,90\t900\t9\t0,50",
            "Gesamt: Konto\t --\tUSD\t1.334,46\t13.245\t129\t3,50",
            encoding="utf-16",
        ),
        "google",
        "USD",
        2,
        "1334.46",
        ("2026-08-01", "2026-08-02"),
        impressions=13245,
        clicks=129,
    ),
    Good(
        "Rapport sur les campagnes.csv",
        # 12.34 + 1020.50; days such as 02/08 are open, but the report says that it covers August.
        text(
            "Rapport sur les campagnes",
            '"1 août 2026 - 2 août 2026"',
            "Jour;Campagne;Code de la devise;Coût;Impr.;Clics",
            f"01/08/2026;Toitures;CAD;12,34 $;1{NARROW}234;7",
            f"02/08/2026;Toitures;CAD;1{NARROW}020,50 $;10{NARROW}500;88",
            f"Total : compte;--;CAD;1{NARROW}032,84 $;11{NARROW}734;95",
        ),
        "google",
        "CAD",
        2,
        "1032.84",
        ("2026-08-01", "2026-08-02"),
        impressions=11734,
        clicks=95,
    ),
    Good(
        "Informe de un dia.csv",
        # 5.00 + 2.25; no column of days, and the report is of one.
        text(
            "Informe de campañas",
            '"1 de agosto de 2026 - 1 de agosto de 2026"',
            "Campaña,Código de moneda,Coste,Impr.,Clics",
            'Marca,EUR,"5,00",100,3',
            'Genérica,EUR,"2,25",80,1',
            'Total: cuenta,EUR,"7,25",180,4',
        ),
        "google",
        "EUR",
        2,
        "7.25",
        ("2026-08-01", "2026-08-01"),
        impressions=180,
    ),
    Good(
        "account_512345678_creative_performance_report.csv",
        # 24.92 + 100.08; LinkedIn's is UTF-16 with tabs below four lines of its own.
        text(
            "Ad Performance Report (in UTC)",
            "Report Start: August 1, 2026, 12:00 AM",
            "Report End: August 31, 2026, 11:59 PM",
            "Date Generated: September 3, 2026, 8:15 AM",
            "",
            "Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Group Name\tCampaign Name\tCampaign ID\t"
            "Creative Name\tAd ID\tTotal Spent\tImpressions\tClicks\tClick Through Rate\tTotal Engagements",
            "8/3/2026\tAcme\tUSD\tAll\tLeads\t301\tCarousel\t901\t24.92\t1,002\t11\t1.10%\t20",
            "8/14/2026\tAcme\tUSD\tAll\tLeads\t301\tCarousel\t901\t100.08\t3,998\t39\t0.98%\t55",
            encoding="utf-16",
        ),
        "linkedin",
        "USD",
        2,
        "125.00",
        ("2026-08-03", "2026-08-14"),
        impressions=5000,
        clicks=50,
        first_row={"campaign_id": "301", "ad_id": "901", "ad_name": "Carousel", "row_number": 7},
    ),
    Good(
        "TikTok campaign report.csv",
        # 1234.50 + 8.00
        text(
            "By Day,Campaign name,Campaign ID,Ad group name,Ad name,Cost,Currency,Impressions,"
            "Clicks (destination),CPC (destination)",
            '2026-08-01,TT Winter,="1790000000000000123",Interest,UGC 1,"1,234.50",EUR,120000,1800,0.69',
            '2026-08-02,TT Winter,="1790000000000000123",Interest,UGC 1,8.00,EUR,5000,70,0.11',
            'Total of 2 results,-,-,-,-,"1,242.50",EUR,125000,1870,0.66',
        ),
        "tiktok",
        "EUR",
        2,
        "1242.50",
        ("2026-08-01", "2026-08-02"),
        impressions=125000,
        clicks=1870,
        first_row={"campaign_id": "1790000000000000123", "adset_name": "Interest"},
    ),
    Good(
        "tiktok_export.xlsx",
        # 8 + 0.75, numbers of Excel, in the currency that the connection states.
        workbook(
            {
                "Sheet1": [
                    ["Date", "Campaign name", "Ad group name", "Cost", "Impression", "Clicks (all)", "Reach"],
                    ["2026-08-01", "TT", "G", 8, 5000, 70, 4000],
                    ["2026-08-02", "TT", "G", 0.75, 40, 1, 39],
                    ["Total", "-", "-", 8.75, 5040, 71, 4039],
                ]
            }
        ),
        "tiktok",
        "GBP",
        2,
        "8.75",
        ("2026-08-01", "2026-08-02"),
        impressions=5040,
        clicks=71,
        connection_currency="GBP",
    ),
    Good(
        "Campaign_Performance_Report.csv",
        # 20.00 + 1000.55; Microsoft's last line is its name.
        text(
            '"Report Name: Campaign Performance Report"',
            '"Report Time: 8/1/2026-8/31/2026"',
            '"Time Zone: (GMT-05:00) Eastern Time"',
            '"Last Completed Available Day: 9/2/2026 9:00:00 AM (GMT)"',
            '"Report Aggregation: Daily"',
            '"Report Filter: "',
            '"Potential Incomplete Data: false"',
            '"Rows: 2"',
            "",
            '"Gregorian date","Account name","Campaign name","Campaign ID","Currency code","Spend","Impressions",'
            '"Clicks","CTR"',
            '"8/1/2026","Acme","Search","222","USD","20.00","2,000","80","4.00%"',
            '"8/2/2026","Acme","Search","222","USD","1,000.55","2,100","90","4.29%"',
            "",
            '"©2026 Microsoft Corporation. All rights reserved. "',
            encoding="utf-8-sig",
        ),
        "microsoft",
        "USD",
        2,
        "1020.55",
        ("2026-08-01", "2026-08-02"),
        impressions=4100,
        clicks=170,
        first_row={"campaign_id": "222", "row_number": 11},
    ),
    Good(
        "AdPerformance.tsv",
        # 0.01 + 0.02, in the column names of Microsoft's API.
        text(
            "TimePeriod\tAccountId\tCampaignId\tCampaignName\tAdGroupId\tAdId\tCurrencyCode\tSpend\tImpressions\tClicks",
            "2026-08-01\t1\t222\tSearch\t333\t444\tEUR\t0.01\t1\t1",
            "2026-08-02\t1\t222\tSearch\t333\t444\tEUR\t0.02\t2\t0",
        ),
        "microsoft",
        "EUR",
        2,
        "0.03",
        ("2026-08-01", "2026-08-02"),
        first_row={"account_id": "1", "adset_id": "333", "ad_id": "444"},
    ),
    Good(
        "Pinterest performance.csv",
        # 10.00 + 5.00 + 12.00
        text(
            "Date,Campaign name,Ad group name,Spend in account currency,Impressions,Pin clicks,Outbound clicks,CTR,"
            "eCPC,Total conversions,Checkouts,Checkout value in account currency",
            "2026-08-01,Pins,Group A,10.00,5000,150,60,3.0%,0.07,4,1,8.99",
            "2026-08-01,Pins,Group B,5.00,2500,70,30,2.8%,0.07,2,0,0.00",
            "2026-08-02,Pins,Group A,12.00,6000,180,75,3.0%,0.07,3,2,17.98",
            "Total,,,27.00,13500,400,165,,,9,3,26.97",
        ),
        "pinterest",
        "EUR",
        3,
        "27.00",
        ("2026-08-01", "2026-08-02"),
        impressions=13500,
        clicks=165,
        connection_currency="EUR",
    ),
    Good(
        "x_campaigns.csv",
        # 7.77 + 2.23
        text(
            "Time period,Campaign name,Campaign ID,Funding source name,Objective,Spend,Currency,Impressions,"
            "Link clicks,CPM",
            '"Aug 1, 2026",Launch,8abc,Visa,Website traffic,7.77,USD,"1,500",21,5.18',
            '"Aug 2, 2026",Launch,8abc,Visa,Website traffic,2.23,USD,400,4,5.58',
        ),
        "x",
        "USD",
        2,
        "10.00",
        ("2026-08-01", "2026-08-02"),
        impressions=1900,
        clicks=25,
        first_row={"campaign_id": "8abc"},
    ),
    Good(
        "ad_spend_werbung.csv",
        # 1460.50 + 39.50, a plain table of a German Excel.
        text(
            "Datum;Plattform;Kampagne;Währung;Kosten;Impressionen",
            "01.08.2026;podcast;Show A;EUR;1.460,50;12.500",
            "08.08.2026;newsletter;Brief 3;EUR;39,50;",
            encoding="cp1252",
        ),
        "podcast",
        "EUR",
        2,
        "1500.00",
        ("2026-08-01", "2026-08-08"),
        impressions=12500,
    ),
    Good(
        "ad_spend_warehouse.parquet",
        # 460.50 + 0.005 as decimals: exact to the last place.
        parquet(
            {
                "date": [date(2026, 8, 1), date(2026, 8, 2)],
                "platform": ["podcast", "podcast"],
                "currency": ["USD", "USD"],
                "campaign_id": [9007199254740993, 9007199254740995],
                "spend": [Decimal("460.5000"), Decimal("0.0050")],
                "impressions": [12500, None],
            }
        ),
        "podcast",
        "USD",
        2,
        "460.505",
        ("2026-08-01", "2026-08-02"),
        first_row={"campaign_id": "9007199254740993", "row_number": 1},
    ),
    Good(
        "google_uebersicht.csv",
        # 3.00 + 4.00; words that any platform may use: the file's name says which.
        text("Datum;Kampagne;Kosten;Währung", "2026-08-01;Marke;3,00;EUR", "2026-08-02;Marke;4,00;EUR"),
        "google",
        "EUR",
        2,
        "7.00",
        ("2026-08-01", "2026-08-02"),
    ),
    Good(
        "Looma with sums.csv",
        # 1.00 + 2.00; above the days of an ad its own sum, and above all the account's.
        text(
            "sep=,",
            "Reporting starts,Reporting ends,Campaign name,Day,Amount spent (USD)",
            "2026-08-01,2026-08-02,,,3.00",
            "2026-08-01,2026-08-02,A,,3.00",
            "2026-08-01,2026-08-02,A,2026-08-01,1.00",
            "2026-08-01,2026-08-02,A,2026-08-02,2.00",
        ),
        "meta",
        "USD",
        2,
        "3.00",
        ("2026-08-01", "2026-08-02"),
        first_row={"row_number": 5},
    ),
    Good(
        "yen.csv",
        # 1234 + 12345; a currency without decimals.
        text('Day,Campaign name,Amount spent (JPY)\n2026-08-01,A,"1,234"', '2026-08-02,A,"12,345"'),
        "meta",
        "JPY",
        2,
        "13579",
        ("2026-08-01", "2026-08-02"),
    ),
]

BAD = [
    Bad(
        "Looma-Campaigns.csv",
        text(
            "Reporting starts,Reporting ends,Campaign name,Amount spent (USD),Impressions",
            "2026-08-01,2026-08-01,Looma,5.00,100",
            "2026-08-01,2026-08-31,Looma,990.00,40000",
        ),
        3,
        "Reporting ends",
        "2026-08-31",
        "is not the day the row begins on, 2026-08-01; export it again with the breakdown By time > Day",
    ),
    Bad(
        "Campaign report range.csv",
        text(
            "Campaign report",
            '"August 1, 2026 - August 31, 2026"',
            "Campaign,Currency code,Cost,Impr.",
            "Brand,USD,990.00,100",
        ),
        3,
        "header",
        "date",
        "is missing from the header; it covers 2026-08-01 to 2026-08-31; export it again with Segment > Time > Day",
    ),
    Bad(
        "Campaign report weekly.csv",
        text("Week,Campaign,Currency code,Cost,Impr.", "2026-08-03,Brand,USD,70.00,100"),
        1,
        "header",
        "Week",
        "is no day",
    ),
    Bad(
        "linkedin_monthly.csv",
        text(
            "Report Start: August 1, 2026, 12:00 AM",
            "Report End: August 31, 2026, 11:59 PM",
            "Start Date (in UTC)\tCurrency\tCampaign Name\tTotal Spent\tImpressions",
            "8/1/2026\tUSD\tLeads\t2,400.00\t100",
            "8/1/2026\tUSD\tBrand\t100.00\t100",
            encoding="utf-16",
        ),
        4,
        "Start Date (in UTC)",
        "8/1/2026",
        "is the first day of all rows, and the report covers 2026-08-01 to 2026-08-31",
    ),
    Bad(
        "two_currencies.csv",
        text(
            "Day,Campaign,Currency code,Cost,Impr.",
            "2026-08-01,Brand,USD,10.00,100",
            "2026-08-02,Brand,EUR,10.00,100",
        ),
        3,
        "Currency code",
        "EUR",
        "differs from USD in row 2; a file has one currency: split it",
    ),
    Bad(
        "meta_header_and_column.csv",
        text(
            "Day,Campaign name,Amount spent (USD),Currency",
            "2026-08-01,Looma,10.00,EUR",
        ),
        2,
        "Currency",
        "EUR",
        "differs from USD in the header",
    ),
    Bad(
        "meta_sign.csv",
        text("Day,Campaign name,Amount spent (USD)", "2026-08-01,Looma,10.00", "2026-08-02,Looma,€10.00"),
        3,
        "Amount spent (USD)",
        "€10.00",
        "is not in USD",
    ),
    Bad(
        "no_currency.csv",
        text("Day,Campaign,Cost,Impr.", "2026-08-01,Brand,10.00,100"),
        1,
        "header",
        "currency",
        "is missing from the header; add the column, or set the currency of the connection",
    ),
    Bad(
        "unknown_header.csv",
        text("Day,Campaign name,Amount spent (USD),Impressions,My own metric", "2026-08-01,Looma,10.00,5,7"),
        1,
        "header",
        "My own metric",
        "is no column that is known of meta; take it out of the export",
    ),
    Bad(
        "ambiguous_day.csv",
        text(
            "Day,Campaign,Currency code,Cost,Impr.",
            "03/04/2026,Brand,CAD,12.34,1",
            "04/03/2026,Brand,CAD,1.00,1",
        ),
        2,
        "Day",
        "03/04/2026",
        "may be 2026-04-03 or 2026-03-04, and nothing in the file tells which; write days as YYYY-MM-DD",
    ),
    Bad(
        "contradicting_days.csv",
        text(
            "Day,Campaign,Currency code,Cost,Impr.",
            "13/08/2026,Brand,CAD,12.34,1",
            "08/14/2026,Brand,CAD,1.00,1",
        ),
        3,
        "Day",
        "08/14/2026",
        "is written otherwise than the day in row 2",
    ),
    Bad(
        "no_such_day.csv",
        text("Day,Campaign name,Amount spent (USD)", "2026-08-01,Looma,1.00", "2026-02-30,Looma,1.00"),
        3,
        "Day",
        "2026-02-30",
        "is no date",
    ),
    Bad(
        "short_year.csv",
        text("Day,Campaign name,Amount spent (USD)", "8/13/26,Looma,1.00"),
        2,
        "Day",
        "8/13/26",
        "has a year of two digits",
    ),
    Bad(
        "ambiguous_amount.csv",
        text("Day,Campaign name,Amount spent (USD)", "2026-08-01,Looma,12", '2026-08-02,Looma,"1,234"'),
        3,
        "Amount spent (USD)",
        "1,234",
        "may be 1234 or 1.234",
    ),
    Bad(
        "mixed_marks.csv",
        text(
            "Tag;Kampagnenname;Ausgegebener Betrag (EUR)",
            "2026-08-01;Looma;12,50",
            "2026-08-02;Looma;12.50",
        ),
        3,
        "Ausgegebener Betrag (EUR)",
        "12.50",
        "has its decimals written otherwise than row 2",
    ),
    Bad(
        "no_amount.csv",
        text("Day,Campaign name,Amount spent (USD)", "2026-08-01,Looma,1.00", "2026-08-02,Looma,"),
        3,
        "Amount spent (USD)",
        "",
        "is missing",
    ),
    Bad(
        "rounded_ids.csv",
        text("Day,Campaign name,Campaign ID,Amount spent (USD)", "2026-08-01,Looma,1.2E+17,1.00"),
        2,
        "Campaign ID",
        "1.2E+17",
        "is an id that a spreadsheet has made a rounded number",
    ),
    Bad(
        "rounded_ids.xlsx",
        workbook(
            {
                "Sheet1": [
                    ["Day", "Campaign name", "Campaign ID", "Amount spent (USD)"],
                    ["2026-08-01", "Looma", 120200111000000123, 1.5],
                ]
            }
        ),
        2,
        "Campaign ID",
        "120200111000000000",
        "is a number of which a spreadsheet keeps 15 digits at most",
    ),
    Bad(
        "error_cell.xlsx",
        workbook(
            {
                "Sheet1": [
                    ["Day", "Campaign name", "Amount spent (USD)"],
                    ["2026-08-01", "Looma", "=1/0"],
                ]
            }
        ),
        2,
        "Amount spent (USD)",
        "",
        "is missing",
    ),
    Bad(
        "two_sheets.xlsx",
        workbook(
            {
                "August": [["Day", "Campaign name", "Amount spent (USD)"], ["2026-08-01", "Looma", 1.5]],
                "September": [["Day", "Campaign name", "Amount spent (USD)"], ["2026-09-01", "Looma", 1.5]],
            }
        ),
        1,
        "sheet",
        "September",
        "is the second table of 'August' and 'September'; leave one in the file",
    ),
    Bad(
        "float_ids.parquet",
        parquet(
            {
                "date": ["2026-08-01", "2026-08-02"],
                "platform": ["podcast", "podcast"],
                "currency": ["USD", "USD"],
                "campaign_id": [9007199254740993.0, None],
                "spend": [1.5, 2.5],
            }
        ),
        1,
        "campaign_id",
        "9007199254740990",
        "is a number of which a spreadsheet keeps 15 digits at most",
    ),
    Bad(
        "cut_off.csv",
        text(
            "Day,Campaign name,Amount spent (USD),Impressions",
            "2026-08-01,Looma,10.00,5",
        )
        + b"2026-08-02,Looma,1",
        3,
        "line",
        "",
        "breaks off: the file was cut off",
    ),
    Bad(
        "row_without_name.csv",
        # 5.00 is not 1.00 + 2.00: it may be a row as well as a total.
        text(
            "Reporting starts,Reporting ends,Campaign name,Amount spent (USD)",
            "2026-08-01,2026-08-01,A,1.00",
            "2026-08-01,2026-08-01,B,2.00",
            "2026-08-01,2026-08-01,,5.00",
        ),
        4,
        "Campaign name",
        "",
        "is empty, and the row is not the sum of the others",
    ),
    Bad(
        "two_platforms.csv",
        text("Date,Campaign name,Spend,Currency,Impressions", "2026-08-01,Looma,1.00,USD,5"),
        1,
        "header",
        "Date,Campaign name,Spend,Currency,Impressions",
        "fits pinterest, x: begin the file's name with one of them",
    ),
    Bad(
        "two_spends.csv",
        text("Day,Campaign name,Amount spent (USD),Amount spent (EUR)", "2026-08-01,Looma,1.00,0.90"),
        1,
        "header",
        "Amount spent (EUR)",
        "says the same as Amount spent (USD)",
    ),
    Bad(
        "microsoft_weeks.csv",
        text(
            '"Report Aggregation: Weekly"',
            "",
            "TimePeriod,CampaignId,CampaignName,Spend,Impressions,Clicks,CurrencyCode",
            "2026-08-02,222,Search,20.00,2000,80,USD",
        ),
        1,
        "preamble",
        "Report Aggregation: Weekly",
        "is no day in each row; export it again with the unit of time Day",
    ),
    Bad(
        "total_only.csv",
        text("Day,Campaign name,Amount spent (USD)", ",,1.50"),
        2,
        "Amount spent (USD)",
        "1.50",
        "is a total without rows",
    ),
    Bad(
        "wrong_sum.csv",
        # 9.00 is not 1.00 + 2.00, so it is a row whose day is missing.
        text(
            "Reporting starts,Reporting ends,Campaign name,Day,Amount spent (USD)",
            "2026-08-01,2026-08-02,A,,9.00",
            "2026-08-01,2026-08-02,A,2026-08-01,1.00",
            "2026-08-01,2026-08-02,A,2026-08-02,2.00",
        ),
        2,
        "Day",
        "",
        "is missing",
    ),
    Bad(
        "remarks.csv",
        text("Day,Campaign name,Amount spent (USD),", "2026-08-01,A,1.00,look at this"),
        1,
        "header",
        "",
        "has a column with cells and no header",
    ),
    Bad("reports.zip", b"PK\x03\x04", 0, "file name", "reports.zip", "is an archive; unpack it"),
    Bad("old.xls", b"\xd0\xcf\x11\xe0", 0, "file name", "old.xls", "is of an Excel before 2007; save it as .xlsx"),
]
