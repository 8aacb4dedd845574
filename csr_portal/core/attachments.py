"""Files that travel inside a PDF of ours."""

import io

from pyhanko.pdf_utils.reader import PdfFileReader


def attachment(pdf: bytes, name: str) -> bytes:
    """The attached file of that name; raises KeyError when there is none."""
    tree = PdfFileReader(io.BytesIO(pdf)).root["/Names"]["/EmbeddedFiles"]["/Names"]
    for place in range(1, len(tree), 2):
        if name in (tree[place].get("/UF"), tree[place].get("/F")):
            return bytes(tree[place]["/EF"]["/F"].data)
    raise KeyError(name)
