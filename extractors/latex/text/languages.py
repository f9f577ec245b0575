"""Languages by the names that babel, polyglossia and ctex give them: code, and what figures and tables are called."""

_ROWS = """
fr | Figure | Table | french francais frenchb acadian canadien
de | Abbildung | Tabelle | german ngerman austrian naustrian swissgerman nswissgerman germanb
es | Figura | Cuadro | spanish
es | Figura | Tabla | mexican spanishmx
pt | Figura | Tabela | portuguese portuges
pt-BR | Figura | Tabela | brazil brazilian
it | Figura | Tabella | italian
ca | Figura | Taula | catalan
gl | Figura | Táboa | galician
ro | Figura | Tabela | romanian
nl | Figuur | Tabel | dutch
af | Figuur | Tabel | afrikaans
ru | Рис. | Таблица | russian russianb
uk | Рис. | Табл. | ukrainian
be | Рыс. | Табліца | belarusian
bg | Фигура | Таблица | bulgarian
sr | Slika | Tabela | serbian
sr | Слика | Табела | serbianc
mk | Слика | Табела | macedonian
hr | Slika | Tablica | croatian
bs | Slika | Tabela | bosnian
sl | Slika | Tabela | slovene slovenian
pl | Rysunek | Tabela | polish
cs | Obrázek | Tabulka | czech
sk | Obrázok | Tabuľka | slovak
hu | ábra | táblázat | magyar hungarian
et | Joonis | Tabel | estonian
fi | Kuva | Taulukko | finnish
sv | Figur | Tabell | swedish
no | Figur | Tabell | norsk norwegian nynorsk bokmal
da | Figur | Tabel | danish
is | Mynd | Tafla | icelandic
el | Σχήμα | Πίνακας | greek polutonikogreek
tr | Şekil | Tablo | turkish
az | Şəkil | Cədvəl | azerbaijani
vi | Hình | Bảng | vietnamese vietnam
id | Gambar | Tabel | indonesian bahasa indon bahasai
ms | Gambar | Jadual | malay melayu bahasam
eo | Figuro | Tabelo | esperanto
la | Descriptio | Tabula | latin
cy | Darlun | Taflen | welsh
ga | Léaráid | Tábla | irish
eu | Irudia | Taula | basque
lv | att. | tabula | latvian
he | איור | טבלה | hebrew
ar | شكل | جدول | arabic
fa | شکل | جدول | persian farsi
zh | 图 | 表 | chinese chinese-hans chinese-simplified chinese-hans-cn
zh-Hant | 圖 | 表 | chinese-hant chinese-traditional
ja | 図 | 表 | japanese
ko | 그림 | 표 | korean
th | รูปที่ | ตารางที่ | thai
hi | चित्र | सारणी | hindi
en | Figure | Table | english american british USenglish UKenglish australian canadian newzealand
en | Figure | Table | usenglishmax ukenglish
"""
LANGUAGE_CODES: dict[str, str] = {}
LANGUAGE_NAMES: dict[str, tuple[str, str]] = {}
for _row in _ROWS.strip().splitlines():
    _code, _figure, _table, _languages = _row.split(" | ")
    LANGUAGE_CODES.update(dict.fromkeys(_languages.split(), _code))
    LANGUAGE_NAMES.update(dict.fromkeys(_languages.split(), (_figure, _table)))
# Languages that put the number ahead of the name, as babel prints it.
NUMBER_FIRST = {"hu": "{number}. {name}", "lv": "{number}. {name}", "eu": "{number}. {name}"}
# Springer's classes keep names of their own in three languages.
SPRINGER_CLASSES = ("svjour", "llncs", "svmult", "svmono", "svproc")
SPRINGER_NAMES = {
    **dict.fromkeys(("english", "UKenglish"), ("Fig.", "Table")),
    **dict.fromkeys(("german", "ngerman"), ("Abb.", "Tabelle")),
    "frenchb": ("Fig.", "Tableau"),
}


def names_of(language: str, document_class: str) -> tuple[str, str] | None:
    """Return what figures and tables are called in a language of babel's, None where it is not known."""
    if document_class == "aa" and language in {"english", "USenglish", "american"}:
        return ("Fig.", "Table")
    if document_class.startswith(SPRINGER_CLASSES) and language in SPRINGER_NAMES:
        return SPRINGER_NAMES[language]
    return LANGUAGE_NAMES.get(language)
