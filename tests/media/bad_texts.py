"""The table of bad and odd texts: what is written, and what it gets."""

NOTHING, NO_WORDS, OTHER, TAGS = "no text", "no words", "reads English only", "has tags"
LONG, MANY, NUMBER = "s to say", "characters", "large numbers"

REFUSED_TEXTS: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", NOTHING),
    "spaces": (" \t\r\n  ", NOTHING),
    "control characters": ("\x00\x01\x1b\x7f", NOTHING),
    "zero-width characters": ("\u200b\u200d\ufeff\u2060", NOTHING),
    "direction marks": ("\u202e\u200f\u2066", NOTHING),
    "private use": ("\ue000\uf8ff", NOTHING),
    "a lone surrogate": ("\ud800".encode("utf-8", "surrogatepass"), NOTHING),
    "emoji": ("😀🎉👩‍👩‍👧", NO_WORDS),
    "exclamation": ("!!!", NO_WORDS),
    "full stops": ("...", NO_WORDS),
    "quotes": ("'''''", NO_WORDS),
    "a dash": ("-", NO_WORDS),
    "combining marks": ("\u0301\u0302\u0303", NO_WORDS),
    "Arabic": ("مرحبا بالعالم", OTHER),
    "Hebrew in English": ("Hello שלום there", OTHER),
    "Chinese": ("你好世界", OTHER),
    "Cyrillic": ("Привет, мир", OTHER),
    "Greek": ("Καλημέρα", OTHER),
    "a Cyrillic letter in an English word": ("pаyment", OTHER),  # noqa: RUF001  # that is the row
    "wide letters": ("ｈｅｌｌｏ", OTHER),  # noqa: RUF001
    "mathematical letters": ("𝐇𝐞𝐥𝐥𝐨", OTHER),  # noqa: RUF001
    "SSML": ('<speak><break time="3s"/>Hello</speak>', TAGS),
    "HTML": ("<b>Hello</b>", TAGS),
    "a script": ("Hello <script>alert(1)</script>", TAGS),
    "a comment": ("Hello <!-- hidden --> there", TAGS),
    "10,000 characters": ("a " * 5000, MANY),
    "3000 x": ("x" * 3000, LONG),
    "digits for minutes": ("1234567890" * 40, LONG),
    "a number of a hundred digits": ("9" * 100, NUMBER),
    "a number with commas without end": ("1" + ",000" * 14, NUMBER),
    "three minutes": ("This is a sentence. " * 150, LONG),
    "letters with commas": ("a," * 500, LONG),
}
SPOKEN_TEXTS: dict[str, str | bytes] = {
    "one digit": "7",
    "one letter": "I",
    "numbers only": "3.14159 1,000,000 -5 1/2",
    "one word of 500 letters": "abracadabra" * 45,
    "a text that is not UTF-8": b"caf\xe9 now",
    "invisible characters in words": "he\u200bllo \u202ethere\x07",
    "decomposed accents": "cafe\u0301 nai\u0308ve",
    "entities": "Tom &amp; Jerry &lt;b&gt;",
    "less and greater": "5 < 6 and 7 > 6",
    "an address": "https://example.com/" + "a" * 300,
    "Markdown": "[x](y) and **bold** _it_ # end",
    "signs": "a $$$$ %%% ### @@@",
    "words and emoji": "Hello 😀 there 🎉",
    "capitals": "THIS IS VERY LOUD",
    "odd signs": "Ⅷ ² ½ ™ ① hello",
    "no full stop for half a minute": "the people walk along the river and the children play " * 11,
}
