"""Names in their own script: which language a name is written in, so that browsers and PDFs draw the right shapes."""

import re

KANA = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff]")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
HANGUL = re.compile(r"[\uac00-\ud7af]")
THAI = re.compile(r"[\u0e00-\u0e7f]")
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
HAN_IN = {"JP": "ja", "TW": "zh-Hant", "HK": "zh-Hant", "MO": "zh-Hant", "KR": "ko"}


def script_language(name: str, country: str = "") -> str:
    """The language tag for a name's own script; empty for plain Latin letters."""
    if KANA.search(name):
        return "ja"
    if HANGUL.search(name):
        return "ko"
    if HAN.search(name):
        # A Japanese company's name may be kanji only; its legal form gives it away.
        return HAN_IN.get(country, "ja" if "株式会社" in name or "有限会社" in name else "zh-Hans")
    if THAI.search(name):
        return "th"
    return "vi" if VIETNAMESE.search(name) and country in {"", "VN"} else ""
