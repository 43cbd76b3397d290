import io
import shutil
import subprocess
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, NumberObject
from reportlab.lib.colors import CMYKColor
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from index.article import HIDDEN_CHARACTERS, HIDDEN_TEXT
from index.errors import Unreadable
from index.passages import sentences
from index.readers import pdf, pdf_page
from index.readers.fields import Reading

MADE = Path(__file__).parent / "data" / "articles"
Paint = Callable[[Canvas], object]


def painted(*pages: Paint, **about: str) -> bytes:
    """A PDF whose pages are painted so."""
    written = io.BytesIO()
    canvas = Canvas(written, pagesize=(400, 600), invariant=1, pageCompression=0)
    for name, value in about.items():
        getattr(canvas, f"set{name.capitalize()}")(value)
    for paint in pages:
        canvas.setFont("Helvetica", 12)
        paint(canvas)
        canvas.showPage()
    canvas.save()
    return written.getvalue()


def raw(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def page_of(content: bytes, resources: bytes = b"", catalogue: bytes = b"", page: bytes = b"", *more: bytes) -> bytes:
    """A PDF of one page with this content; further objects are numbered from 5."""
    font = b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>"
    return raw(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 600]/Contents 4 0 R/Resources<<%s%s>>%s>>"
        % (font, resources, page),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        *more,
    )


def only(data: bytes) -> Reading:
    (found,) = pdf.read(io.BytesIO(data))
    return found


def written(lines: list[str], left: float = 50, top: float = 500, leading: float = 15) -> Paint:
    """Paints these lines below each other."""

    def paint(canvas: Canvas) -> None:
        for number, line in enumerate(lines):
            canvas.drawString(left, top - number * leading, line)

    return paint


def picture(width: int = 400, height: int = 600) -> ImageReader:
    return ImageReader(Image.new("RGB", (width, height), (90, 90, 120)))


def text_object(canvas: Canvas, text: str, x: float = 50, y: float = 400, **settings: float) -> None:
    """Paints text with settings of text that a canvas has no method of its own for."""
    words = canvas.beginText(x, y)
    for name, value in settings.items():
        getattr(words, name)(value)
    words.textOut(text)
    canvas.drawText(words)


def white(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    canvas.drawString(50, 400, "Secret words.")


def nearly_white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(0.98, 0.97, 0.99)
    canvas.drawString(50, 400, "Secret words.")


def white_by_no_ink(canvas: Canvas) -> None:
    canvas.setFillColor(CMYKColor(0, 0, 0, 0))
    canvas.drawString(50, 400, "Secret words.")


def tiny(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 0.5)
    canvas.drawString(50, 400, "Secret words.")


def tiny_by_scale(canvas: Canvas) -> None:
    canvas.scale(0.02, 0.02)
    canvas.drawString(2500, 20000, "Secret words.")


def left_of_the_paper(canvas: Canvas) -> None:
    canvas.drawString(-300, 400, "Secret words.")


def off_the_crop_box(canvas: Canvas) -> None:
    canvas.setCropBox((0, 100, 400, 600))
    canvas.drawString(50, 50, "Secret words.")


def under_a_box(canvas: Canvas) -> None:
    canvas.drawString(50, 400, "Secret words.")
    canvas.rect(40, 390, 200, 30, stroke=0, fill=1)


def one_word_under_a_box(canvas: Canvas) -> None:
    canvas.drawString(50, 400, "Secret")
    canvas.rect(49, 396, 40, 15, stroke=0, fill=1)


def black_on_black(canvas: Canvas) -> None:
    canvas.rect(40, 390, 200, 30, stroke=0, fill=1)
    canvas.drawString(50, 400, "Secret words.")


def white_on_a_white_box_on_a_dark_one(canvas: Canvas) -> None:
    canvas.rect(20, 300, 300, 150, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.rect(40, 390, 200, 30, stroke=0, fill=1)
    canvas.drawString(50, 400, "Secret words.")


def clipped_away(canvas: Canvas) -> None:
    path = canvas.beginPath()
    path.rect(0, 0, 10, 10)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.drawString(50, 400, "Secret words.")


def transparent(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(50, 400, "Secret words.")


def white_in_a_form(canvas: Canvas) -> None:
    canvas.beginForm("form")
    canvas.setFont("Helvetica", 12)
    canvas.setFillGray(1)
    canvas.drawString(0, 0, "Secret words.")
    canvas.endForm()
    canvas.translate(50, 400)
    canvas.doForm("form")


def invisible_beside_a_small_image(canvas: Canvas) -> None:
    canvas.drawImage(picture(), 50, 50, 100, 100)
    text_object(canvas, "Secret words.", setTextRenderMode=3)


def invisible_on_a_background_of_one_pixel(canvas: Canvas) -> None:
    canvas.drawImage(picture(1, 1), 0, 0, 400, 480)
    text_object(canvas, "Secret words that are far longer than what is seen of the page. " * 9, setTextRenderMode=3)


def under_an_image(canvas: Canvas) -> None:
    canvas.drawString(50, 400, "Secret words.")
    canvas.drawImage(picture(), 40, 390, 200, 40)


def by_settings(**settings: float) -> Paint:
    return lambda canvas: text_object(canvas, "Secret words.", **settings)


HIDDEN: dict[str, Paint] = {
    "rendered invisibly": by_settings(setTextRenderMode=3),
    "used as a clip alone": by_settings(setTextRenderMode=7),
    "squeezed to nothing": by_settings(setHorizScale=1),
    "outlined in white": lambda canvas: (canvas.setStrokeGray(1), text_object(canvas, "Secret words.", setTextRenderMode=1)),
    **{
        paint.__name__.replace("_", " "): paint
        for paint in (
            white, nearly_white, white_by_no_ink, tiny, tiny_by_scale, left_of_the_paper, off_the_crop_box, under_a_box,
            one_word_under_a_box, black_on_black, white_on_a_white_box_on_a_dark_one, clipped_away, transparent,
            white_in_a_form, invisible_beside_a_small_image, invisible_on_a_background_of_one_pixel, under_an_image,
        )
    },
}  # fmt: skip


def white_on_a_dark_box(canvas: Canvas) -> None:
    canvas.rect(40, 390, 200, 30, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.drawString(50, 400, "Plain words.")


def white_on_a_dark_rounded_box(canvas: Canvas) -> None:
    canvas.roundRect(40, 390, 200, 30, 5, stroke=0, fill=1)
    canvas.setFillGray(1)
    canvas.drawString(50, 400, "Plain words.")


def white_on_an_image(canvas: Canvas) -> None:
    canvas.drawImage(picture(), 0, 300, 400, 200)
    canvas.setFillGray(1)
    canvas.drawString(50, 400, "Plain words.")


def white_on_a_gradient(canvas: Canvas) -> None:
    canvas.linearGradient(0, 300, 400, 300, (CMYKColor(1, 0, 0, 0), CMYKColor(0, 0, 0, 1)))
    canvas.setFillGray(1)
    canvas.drawString(50, 400, "Plain words.")


def grey(canvas: Canvas) -> None:
    canvas.setFillGray(0.8)
    canvas.drawString(50, 400, "Plain words.")


def yellow(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 0)
    canvas.drawString(50, 400, "Plain words.")


def highlighted(canvas: Canvas) -> None:
    canvas.drawString(50, 400, "Plain words.")
    canvas.setFillColorRGB(1, 1, 0)
    canvas.setFillAlpha(0.4)
    canvas.rect(40, 390, 200, 30, stroke=0, fill=1)


def small_print(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 3)
    canvas.drawString(50, 400, "Plain words.")


def underlined(canvas: Canvas) -> None:
    canvas.drawString(50, 400, "Plain words.")
    canvas.rect(50, 397, 80, 1, stroke=0, fill=1)


def large_by_scale(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 0.5)
    canvas.scale(24, 24)
    canvas.drawString(2, 17, "Plain words.")


def on_a_white_background(canvas: Canvas) -> None:
    canvas.setFillGray(1)
    canvas.rect(0, 0, 400, 480, stroke=0, fill=1)
    canvas.setFillGray(0)
    canvas.drawString(50, 400, "Plain words.")


def twice_to_look_bold(canvas: Canvas) -> None:
    canvas.drawString(50, 400, "Plain words.")
    canvas.drawString(50.4, 400, "Plain words.")


def in_a_form(canvas: Canvas) -> None:
    canvas.beginForm("plain")
    canvas.setFont("Helvetica", 12)
    canvas.drawString(0, 0, "Plain words.")
    canvas.endForm()
    canvas.translate(50, 400)
    canvas.doForm("plain")


def letter_by_letter(canvas: Canvas) -> None:
    x = 50.0
    for letter in "Plain words.":
        if letter != " ":
            canvas.drawString(x, 400, letter)
        x += canvas.stringWidth(letter, "Helvetica", 12)


SEEN: list[Paint] = [
    white_on_a_dark_box, white_on_a_dark_rounded_box, white_on_an_image, white_on_a_gradient, grey, yellow, highlighted,
    small_print, underlined, large_by_scale, on_a_white_background, twice_to_look_bold, in_a_form, letter_by_letter,
]  # fmt: skip


class TestHiddenText:
    @pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN)
    def test_what_nobody_sees_is_left_out_and_marked(self, hide: Paint) -> None:
        def paint(canvas: Canvas) -> None:
            canvas.drawString(50, 500, "The ferry sank.")
            canvas.saveState()
            hide(canvas)
            canvas.restoreState()

        found = only(painted(paint))
        assert (found.text, found.marks) == ("The ferry sank.", (HIDDEN_TEXT,))

    @pytest.mark.parametrize("show", SEEN, ids=[paint.__name__ for paint in SEEN])
    def test_what_is_seen_is_kept_and_not_marked(self, show: Paint) -> None:
        def paint(canvas: Canvas) -> None:
            canvas.drawString(50, 500, "The ferry sank.")
            show(canvas)

        found = only(painted(paint))
        assert (found.text, found.marks) == ("The ferry sank.\n\nPlain words.", ())

    @pytest.mark.parametrize("mode", [0, 3])
    def test_what_a_machine_recognised_in_a_scan_is_its_text(self, mode: int) -> None:
        def scan(canvas: Canvas) -> None:
            for y, line in ((500, "The ferry sank at night"), (485, "and nobody was hurt.")):
                text_object(canvas, line, y=y, setTextRenderMode=mode)
            canvas.drawImage(picture(), 0, 0, 400, 600)

        found = only(painted(scan))
        assert (found.text, found.marks) == ("The ferry sank at night and nobody was hurt.", ())

    def test_the_rest_of_a_line_stays_where_a_word_is_blackened(self) -> None:
        def paint(canvas: Canvas) -> None:
            canvas.drawString(50, 500, "The ferry Ansgard sank.")
            begin = 50 + canvas.stringWidth("The ferry ", "Helvetica", 12)
            canvas.rect(begin, 496, canvas.stringWidth("Ansgard", "Helvetica", 12), 14, fill=1)

        found = only(painted(paint))
        assert (found.text, found.marks) == ("The ferry sank.", (HIDDEN_TEXT,))

    @pytest.mark.parametrize(
        ("settings", "properties"),
        [
            (b"/D<</OFF[5 0 R]>>", b"5 0 R"),
            (b"/D<</BaseState/OFF>>", b"5 0 R"),
            (b"/D<</OFF[5 0 R]>>", b"<</Type/OCMD/OCGs[5 0 R]>>"),
            (b"/D<</OFF[6 0 R]>>", b"<</Type/OCMD/OCGs[5 0 R 6 0 R]/P/AllOn>>"),
            (b"/D<<>>", b"<</Type/OCMD/OCGs 5 0 R/P/AllOff>>"),
        ],
    )
    def test_layers_that_are_switched_off_are_left_out(self, settings: bytes, properties: bytes) -> None:
        data = page_of(
            b"BT /F1 12 Tf 50 500 Td (The ferry sank.) Tj ET /OC /L BDC BT /F1 12 Tf 50 400 Td (Secret.) Tj ET EMC",
            b"/Properties<</L %s>>" % properties,
            b"/OCProperties<</OCGs[5 0 R 6 0 R]%s>>" % settings,
            b"",
            b"<</Type/OCG/Name(one)>>",
            b"<</Type/OCG/Name(other)>>",
        )
        if properties.endswith(b"AllOff>>"):
            settings_of_two = data.replace(b"/D<<>>", b"/D<</OFF[6 0 R]>>")
            found = only(settings_of_two)
        else:
            found = only(data)
        assert (found.text, found.marks) == ("The ferry sank.", (HIDDEN_TEXT,))

    def test_layers_that_are_on_are_kept(self) -> None:
        data = page_of(
            b"/OC /L BDC BT /F1 12 Tf 50 400 Td (The ferry sank.) Tj ET EMC",
            b"/Properties<</L 5 0 R>>",
            b"/OCProperties<</OCGs[5 0 R 6 0 R]/D<</ON[5 0 R]/OFF[6 0 R]>>>>",
            b"",
            b"<</Type/OCG/Name(one)>>",
            b"<</Type/OCG/Name(other)>>",
        )
        assert (only(data).text, only(data).marks) == ("The ferry sank.", ())

    def test_hidden_characters_are_told_as_in_other_texts(self) -> None:
        cmap = b"begincmap 1 begincodespacerange <00><ff> endcodespacerange 1 beginbfchar <78> <202E> endbfchar endcmap"
        data = page_of(
            b"BT /F2 12 Tf 50 500 Td (The xferry sank.) Tj ET",
            b"/Font<</F2<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>>>",
            b"",
            b"",
            b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),
        ).replace(b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>", b"", 1)
        found = only(data)
        assert (found.text, found.marks) == ("The ferry sank.", (HIDDEN_CHARACTERS,))


PROSE = [
    "The harbour master said that the ferry would sail",
    "again before the end of the week, and that those",
    "who had bought a ticket for it could use it then.",
]


class TestText:
    def test_lines_make_paragraphs(self) -> None:
        found = only(painted(written([*PROSE, "", *PROSE])))
        whole = " ".join(PROSE)
        assert found.text == f"{whole}\n\n{whole}"

    def test_a_line_that_is_set_in_begins_a_paragraph(self) -> None:
        def paint(canvas: Canvas) -> None:
            written(PROSE)(canvas)
            written(["Nobody was hurt, the police said, and the cause"], left=62, top=455)(canvas)
            written(["of the fire is not known."], top=440)(canvas)

        assert only(painted(paint)).text == (
            " ".join(PROSE) + "\n\nNobody was hurt, the police said, and the cause of the fire is not known."
        )

    def test_a_short_last_line_ends_a_paragraph(self) -> None:
        lines = [*PROSE, "That is all.", *PROSE]
        assert only(painted(written(lines))).text == " ".join([*PROSE, "That is all."]) + "\n\n" + " ".join(PROSE)

    def test_items_of_a_list_are_paragraphs(self) -> None:
        lines = ["The union demands:", "- a pay rise", "- a second", "signalman", "1. soup", "2. bread", "(a) salt"]
        found = only(painted(written(lines))).text.split("\n\n")
        assert found == [
            "The union demands:",
            "- a pay rise",
            "- a second signalman",
            "1. soup",
            "2. bread",
            "(a) salt",
        ]

    def test_a_number_or_dash_at_the_start_of_a_line_may_belong_to_the_sentence(self) -> None:
        lines = [
            "The report of the board will be ready by November",
            "30. It was wanted by the council and by the crew",
        ]
        lines += ["– and by nobody else – since the ferry sank in July."]
        assert only(painted(written(lines))).text == " ".join(lines)

    @pytest.mark.parametrize(
        ("line", "following", "joined"),
        [
            ("and then the coun-", "cil met again", "the council met again"),
            ("it was the well-", "known Dr. Venning", "the well-known Dr. Venning"),
            ("it was Jean-", "Luc who said so", "was Jean-Luc who said"),
            ("in the years 1914-", "18 it was so", "years 1914-18 it was"),
            ("in the years 1914–", "1918 it was so", "years 1914–1918 it was"),
            ("a U.S.-", "made buoy of iron", "a U.S.-made buoy"),
            ("a state-of-the-", "art ferry of iron", "a state-of-the-art ferry"),
            ("a 30-", "minute tour of it", "a 30-minute tour"),
            ("a twenty-", "second delay of it", "a twenty-second delay"),
            ("it is seven-", "teen years of it", "is seventeen years"),
            ("see www.beacon.example/ferry/", "news.html for it", "see www.beacon.example/ferry/news.html for"),
            ("some came late—", "and some did not", "came late—and some"),
            ("a sea-", "worthy ship of it", "a sea-worthy ship"),
            ("the re-", "port says so too", "the report says"),
        ],
    )
    def test_words_are_joined_that_a_line_breaks(self, line: str, following: str, joined: str) -> None:
        known = ["The sea-worthy ferry and the re-", "port on it lay there as the coun-", "cil had ordered it to."]
        assert joined in only(painted(written([*known, "", f"Of old {line}", f"{following} of old."]))).text

    def test_a_document_that_breaks_no_words_has_hyphens_of_its_own(self) -> None:
        lines = [*PROSE] * 20 + ["It was shown by a lantern-", "lit ferry that came back."]
        assert "lantern-lit" in only(painted(*[written(lines[at : at + 20], top=550) for at in range(0, 62, 20)])).text

    def test_ligatures_are_letters_and_soft_hyphens_show_as_hyphens(self) -> None:
        cmap = b"begincmap 1 begincodespacerange <00><ff> endcodespacerange 2 beginbfchar <78> <FB01> <79> <FB04> endbfchar endcmap"
        content = (
            b"BT /F2 12 Tf 50 500 Td (xrst oyces, well\xadknown) Tj 0 -15 Td (in the har\xad) Tj 0 -15 Td (bour) Tj ET"
        )
        data = page_of(
            content,
            b"/Font<</F2<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 5 0 R>>>>",
            b"",
            b"",
            b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),
        ).replace(b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>", b"", 1)
        assert only(data).text == "first offlces, well-known in the harbour"

    @pytest.mark.parametrize("size", [7, 10])
    def test_the_number_of_a_note_does_not_join_another_number(self, size: int) -> None:
        def paint(canvas: Canvas) -> None:
            canvas.drawString(50, 500, "It was built in 1931")
            canvas.setFont("Helvetica", size)
            canvas.drawString(50 + canvas.stringWidth("It was built in 1931", "Helvetica", 12), 504, "12")

        assert only(painted(paint)).text == "It was built in 1931¹²"

    def test_a_large_initial_letter_belongs_to_its_word(self) -> None:
        def paint(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 40)
            canvas.drawString(50, 470, "T")
            canvas.setFont("Helvetica", 12)
            written(["he ferry rammed the pier", "at the end of the rush hour"], left=76, top=485)(canvas)

        assert only(painted(paint)).text == "The ferry rammed the pier at the end of the rush hour"

    def test_large_initial_letters_may_be_painted_before_all_text(self) -> None:
        def paint(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 40)
            canvas.drawString(50, 470, "T")
            canvas.drawString(50, 420, "A")
            canvas.setFont("Helvetica", 12)
            written(["he ferry rammed the pier", "at the end of the rush hour."], left=76, top=485)(canvas)
            written([" diver found the anchor", "in the mud of the harbour."], left=80, top=435)(canvas)

        assert only(painted(paint)).text == (
            "The ferry rammed the pier at the end of the rush hour.\n\nA diver found the anchor in the mud of the harbour."
        )

    def test_a_line_that_a_raised_figure_pushes_down_goes_on_the_sentence(self) -> None:
        lines = [
            "The ferry rammed the pier in the night of the storm",
            "and sank at once. The harbour office says that it was",
        ]

        def paint(canvas: Canvas) -> None:
            written([*lines, *lines[:1]])(canvas)
            written(["built in 1931, and that"], top=500 - 3 * 15 - 4)(canvas)
            written(["nobody was on board."], top=500 - 4 * 15 - 4)(canvas)

        assert only(painted(paint)).text.count("\n\n") == 0

    @pytest.mark.parametrize(
        ("painted", "expected"),
        [
            ("(cba fed) Tj", "דהו אבג"),
            ("(c) Tj (b) Tj (a) Tj ( ) Tj (fed) Tj", "דהו אבג"),
            ("(.cba 1,200 \\(b 12%\\) fed) Tj", "דהו (12% ב) 1,200 אבג."),
            ("(cb ,BBC NEWS 2 jihgfed) Tj", "דהוזחטי BBC NEWS 2, בג"),
            ("(a 2024 2025 b) Tj", "ב 2025 2024 א"),
            ("(Z cba) Tj", "אבג لا"),  # two letters of Arabic in one form
        ],
    )
    def test_what_is_read_from_the_right(self, painted: str, expected: str) -> None:
        cmap = (
            b"begincmap 1 begincodespacerange <00><ff> endcodespacerange 2 beginbfrange <61> <7a> <05D0>\n"
            b"<5a> <5a> <FEFB>\nendbfrange endcmap"
        )
        data = page_of(
            f"BT /F2 12 Tf 50 500 Td {painted} Tj ET".encode(),
            b"/Font<</F2<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 5 0 R>>>>",
            b"",
            b"",
            b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),
        ).replace(b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>", b"", 1)
        assert only(data).text == expected

    def test_a_row_of_a_table_is_a_paragraph(self) -> None:
        def paint(canvas: Canvas) -> None:
            for number, row in enumerate([("Ship", "Built", "Length"), ("Lady Ansgard", "1989", "58 m")]):
                for column, cell in enumerate(row):
                    canvas.drawString(50 + 110 * column, 500 - 16 * number, cell)

        assert only(painted(paint)).text == "Ship\tBuilt\tLength\n\nLady Ansgard\t1989\t58 m"

    @pytest.mark.parametrize("by_rows", [False, True])
    def test_columns_are_read_one_after_the_other(self, by_rows: bool) -> None:
        left = [f"left line {number} of the ferry" for number in range(6)]
        right = [f"right line {number} of the pier" for number in range(6)]

        def paint(canvas: Canvas) -> None:
            for number in range(6):
                canvas.drawString(40, 500 - 15 * number, left[number])
                if by_rows:
                    canvas.drawString(210, 500 - 15 * number, right[number])
            if not by_rows:
                written(right, left=210)(canvas)

        assert only(painted(paint)).text == " ".join(left + right)

    def test_lines_that_are_painted_from_below_are_read_from_above(self) -> None:
        lines = [f"line {number} of the article" for number in range(9)]

        def paint(canvas: Canvas) -> None:
            for number in reversed(range(9)):
                canvas.drawString(50, 500 - 15 * number, lines[number])

        assert only(painted(paint)).text == " ".join(lines)

    @pytest.mark.parametrize("turn", [90, 180, 270])
    def test_a_page_is_read_as_it_is_turned(self, turn: int) -> None:
        data = PdfWriter(clone_from=PdfReader(io.BytesIO(painted(written(PROSE)))))
        data.pages[0][NameObject("/Rotate")] = NumberObject(turn)
        out = io.BytesIO()
        data.write(out)
        assert only(out.getvalue()).text == " ".join(PROSE)

    def test_few_words_across_the_page_are_no_text(self) -> None:
        def paint(canvas: Canvas) -> None:
            written(PROSE)(canvas)
            canvas.rotate(45)
            canvas.drawString(200, 100, "DRAFT")

        assert only(painted(paint)).text == " ".join(PROSE)


class TestPages:
    def test_a_paragraph_goes_on_over_a_page_and_over_its_foot(self) -> None:
        def page(number: int, lines: list[str]) -> Paint:
            def paint(canvas: Canvas) -> None:
                canvas.drawString(50, 570, "THE BEACON")
                canvas.drawString(50, 556, "Kelverhaven, June 14, 2025")
                written(lines)(canvas)
                canvas.drawCentredString(200, 30, str(number))

            return paint

        data = painted(
            page(4, PROSE[:2] + ["who had bought a ticket for the coun-"]), page(5, ["cil's ferry were wrong."])
        )
        found = only(data)
        assert found.text == " ".join(PROSE[:2]) + " who had bought a ticket for the council's ferry were wrong."
        assert found.pages == (0, found.text.index("cil's"))

    def test_a_page_without_text_keeps_its_number(self) -> None:
        nothing: Paint = lambda canvas: canvas.rect(9, 9, 9, 9)  # noqa: E731
        found = only(painted(nothing, written(["One."]), nothing, nothing, written(["Two."]), nothing))
        assert (found.text, found.pages) == ("One.\n\nTwo.", (0, 0, 6, 6, 6, 10))

    def test_a_note_at_the_foot_stands_before_the_paragraph_that_it_parts(self) -> None:
        def noted(canvas: Canvas) -> None:
            written(PROSE[:2])(canvas)
            canvas.setFont("Helvetica", 8)
            canvas.drawString(50, 60, "¹ Logbook of the ferry.")

        found = only(painted(noted, written([PROSE[2]])))
        assert found.text == "¹ Logbook of the ferry.\n\n" + " ".join(PROSE)
        assert found.pages == (0, found.text.index("who had"))

    def test_a_line_that_is_repeated_inside_the_text_stays(self) -> None:
        lines = [
            "One.",
            "",
            "Two.",
            "",
            "Three.",
            "",
            "Four.",
            "",
            "Nobody knows.",
            "",
            "Five.",
            "",
            "Six.",
            "",
            "Seven.",
            "",
            "Eight.",
        ]
        found = only(
            painted(written(lines), written([line.replace("e", "a") if "N" not in line else line for line in lines]))
        )
        assert found.text.count("Nobody knows.") == 2

    @pytest.mark.parametrize(
        ("foot", "kept"), [("1", False), ("Page 1 of 1", False), ("1/1", False), ("7", True), ("1989", True)]
    )
    def test_a_page_alone_has_no_number_but_its_own(self, foot: str, kept: bool) -> None:
        def paint(canvas: Canvas) -> None:
            written(PROSE)(canvas)
            canvas.drawCentredString(200, 30, foot)

        assert only(painted(paint)).text == " ".join(PROSE) + (f"\n\n{foot}" if kept else "")

    def test_what_the_file_calls_a_foot_is_none_of_the_text(self) -> None:
        data = page_of(
            b"/Artifact <</Type/Pagination/Subtype/Footer>> BDC BT /F1 9 Tf 50 30 Td (The Beacon) Tj ET EMC"
            b" BT /F1 12 Tf 50 500 Td (The ferry sank.) Tj ET"
        )
        assert (only(data).text, only(data).marks) == ("The ferry sank.", ())


class TestFacts:
    def test_the_sample_states_everything(self) -> None:
        found = only((MADE / "2025-07-09-beacon-ferry-rams-pier.pdf").read_bytes())
        assert (found.title, found.publisher, found.authors, found.published, found.url) == (
            "Ferry rams Pier No. 5 in the evening rush",
            "The Beacon",
            ("Nadia Harrowell", "Joris Pell"),
            date(2025, 7, 9),
            "https://beacon.example/2025/07/09/ferry-rams-pier",
        )

    @pytest.mark.parametrize(
        "title", ["untitled", "Microsoft Word - bridge_v2.docx", "bridge.indd", "Document1", "scan0001"]
    )
    def test_a_title_that_nobody_gave_gives_way_to_the_headline(self, title: str) -> None:
        def paint(canvas: Canvas) -> None:
            canvas.setFont("Helvetica-Bold", 20)
            written(["Ferry rams pier", "in the rush"], leading=24)(canvas)
            canvas.setFont("Helvetica", 12)
            written(PROSE, top=440)(canvas)

        found = only(painted(paint, title=title, author="python-docx"))
        assert (found.title, found.text, found.authors) == ("Ferry rams pier in the rush", " ".join(PROSE), ())

    def test_a_title_with_the_name_of_the_paper_is_the_headline(self) -> None:
        def paint(canvas: Canvas) -> None:
            canvas.setFont("Helvetica-Bold", 20)
            written(["Ferry rams pier"])(canvas)
            canvas.setFont("Helvetica", 12)
            written(PROSE, top=440)(canvas)

        found = only(painted(paint, title="Ferry rams pier - The Beacon", author="Nadia Harrowell and Joris Pell"))
        assert (found.title, found.authors) == ("Ferry rams pier", ("Nadia Harrowell", "Joris Pell"))

    def test_without_a_headline_the_first_sentence_stands_in_and_stays(self) -> None:
        found = only(painted(written(["The ferry sank. Nobody was hurt."])))
        assert (found.title, found.text) == ("The ferry sank.", "The ferry sank. Nobody was hurt.")

    @pytest.mark.parametrize(
        ("stated", "expected"),
        [
            ('prism:coverDate="2025-07-09"', date(2025, 7, 9)),
            ('dc:date="2025-07-09"', date(2025, 7, 9)),
            ('dc:date="2025-07"', None),
            ('dc:date="2026-01-15T08:00:00Z" xmp:CreateDate="2026-01-15T08:00:00Z"', None),
            ('xmp:CreateDate="2025-07-09" xmp:ModifyDate="2025-07-09"', None),
        ],
    )
    def test_only_a_day_of_publication_is_a_date(self, stated: str, expected: date | None) -> None:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(painted(written(PROSE)))))
        writer.xmp_metadata = (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
            ' xmlns:prism="http://prismstandard.org/namespaces/basic/3.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
            f"{stated}/></rdf:RDF></x:xmpmeta>"
        ).encode()
        out = io.BytesIO()
        writer.write(out)
        assert only(out.getvalue()).published == expected


# A file whose content is not packed, so that harm reaches what is painted.
OPEN = painted(
    *[lambda canvas, show=show: (written(PROSE)(canvas), show(canvas)) for show in [*SEEN, *HIDDEN.values()]]
)


class TestUnreadable:
    def test_a_page_of_nothing_but_a_headline_has_it_for_text(self) -> None:
        assert only(painted(written(["Ferry sank"]), title="Ferry sank")).text == "Ferry sank"

    def test_a_sign_that_says_nothing_is_no_paragraph(self) -> None:
        cmap = b"begincmap 1 begincodespacerange <00><ff> endcodespacerange 1 beginbfchar <78> <200B> endbfchar endcmap"
        data = page_of(
            b"BT /F2 12 Tf 50 500 Td (x) Tj 0 -90 Td (It sank.) Tj 0 -90 Td (x) Tj ET",
            b"/Font<</F2<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>>>",
            b"",
            b"",
            b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),
        ).replace(b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>", b"", 1)
        assert only(data).text == "It sank."

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "not a PDF"),
            (b"%PDF-1.7\n", "not a PDF"),
            (b"Not a PDF at all.", "not a PDF"),
            (painted(lambda canvas: canvas.drawImage(picture(), 0, 0, 400, 600)), "it holds no text: a scan?"),
            (raw(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>"), "it holds no text"),
            (raw(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"), "not a PDF, or a damaged one"),
            (raw(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[9 0 R]/Count 1>>"), "damaged: 0 of its 1 pages are left"),
            (raw(b"<</Type/Catalog/Pages 2 0 R>>", b"2 0 R"), "not a PDF, or a damaged one"),
        ],
    )  # fmt: skip
    def test_it_is_named_with_its_reason(self, data: bytes, reason: str) -> None:
        with pytest.raises(Unreadable, match=reason):
            only(data)

    @pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
    @pytest.mark.parametrize("password", ["", "sesame"])
    def test_a_lock_without_a_password_opens(self, algorithm: str, password: str) -> None:
        writer = PdfWriter(clone_from=PdfReader(io.BytesIO(painted(written(PROSE)))))
        writer.encrypt(password, "owner", algorithm=algorithm)
        out = io.BytesIO()
        writer.write(out)
        if password:
            with pytest.raises(Unreadable, match="protected by a password"):
                only(out.getvalue())
        else:
            assert only(out.getvalue()).text == " ".join(PROSE)

    def test_a_file_that_was_cut_off_is_damaged_or_whole(self) -> None:
        data = painted(written(PROSE), written(PROSE))
        whole = " ".join(PROSE)
        for part in range(1, 20):
            try:
                assert only(data[: len(data) * part // 20]).text == f"{whole}\n\n{whole}"
            except Unreadable:
                continue

    def test_a_bomb_is_not_unpacked(self) -> None:
        bomb = zlib.compress(b"BT /F1 12 Tf (a) Tj ET " * 4_000_000, 9)
        data = page_of(b"").replace(
            b"<</Length 0>>stream\n\n", b"<</Length %d/Filter/FlateDecode>>stream\n%s\n" % (len(bomb), bomb)
        )
        with pytest.raises(Unreadable, match="it unpacks or draws more than an article does"):
            only(data)

    def test_a_form_in_itself_is_painted_once(self) -> None:
        form = b"BT /F1 12 Tf 50 500 Td (The ferry sank.) Tj ET /X Do"
        data = page_of(
            b"/X Do",
            b"/XObject<</X 5 0 R>>",
            b"",
            b"",
            b"<</Subtype/Form/BBox[0 0 400 600]/Length %d>>stream\n%s\nendstream" % (len(form), form),
        )
        assert only(data).text == "The ferry sank."

    def test_forms_that_multiply_are_too_much(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf_page, "_MOST_OPERATIONS", 20_000)
        forms = [b"/X%d Do " % number * 12 for number in range(6, 14)] + [b"BT /F1 12 Tf (a) Tj ET"]
        names = b"/XObject<<%s>>" % b"".join(b"/X%d %d 0 R" % (number, number) for number in range(5, 14))
        more = [b"<</Subtype/Form/BBox[0 0 9 9]/Length %d>>stream\n%s\nendstream" % (len(form), form) for form in forms]
        with pytest.raises(Unreadable, match="it paints too much"):
            only(page_of(b"/X5 Do", names, b"", b"", *more))

    def test_ten_thousand_pages_without_text_are_a_scan(self) -> None:
        kids = b" ".join(b"3 0 R" for _ in range(10_000))
        data = page_of(b"").replace(b"[3 0 R]/Count 1", b"[%s]/Count 10000" % kids)
        with pytest.raises(Unreadable, match="a scan"):
            only(data)

    def test_a_deep_tree_of_pages_is_refused(self) -> None:
        tree = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (number + 3) for number in range(300)]
        with pytest.raises(Unreadable, match="it unpacks or draws more"):
            only(raw(b"<</Type/Catalog/Pages 2 0 R>>", *tree, b"<</Type/Page/MediaBox[0 0 9 9]>>"))

    @pytest.mark.parametrize("code", [b"0000", b"D800", b"DFFF", b"000A", b"2028"])
    def test_signs_that_are_none_do_no_harm(self, code: bytes) -> None:
        cmap = (
            b"begincmap 1 begincodespacerange <00><ff> endcodespacerange 1 beginbfchar <78> <%s> endbfchar endcmap"
            % code
        )
        data = page_of(
            b"BT /F2 12 Tf 50 500 Td (The xferry sank and nobody was hurt.) Tj ET",
            b"/Font<</F2<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 5 0 R>>>>",
            b"",
            b"",
            b"<</Length %d>>stream\n%s\nendstream" % (len(cmap), cmap),
        ).replace(b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>", b"", 1)
        found = only(data)
        found.text.encode()
        assert found.text.replace("\ufffd", "").replace(" ", "") == "Theferrysankandnobodywashurt."

    def test_glyphs_without_letters_are_a_riddle(self) -> None:
        font = b"/Font<</F2<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Subtype/CIDFontType2/BaseFont/X/DW 500/FontDescriptor<</Type/FontDescriptor/FontName/X/Flags 4>>>>]>>>>"
        data = page_of(b"BT /F2 12 Tf 50 500 Td <0024002500260027> Tj ET", font).replace(
            b"/Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>>>", b"", 1
        )
        with pytest.raises(Unreadable, match="its fonts do not tell which letters they show"):
            only(data)

    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.sampled_from([(MADE / "evening-capstan-the-pilot.pdf").read_bytes(), OPEN]),
        st.lists(
            st.tuples(st.floats(0, 1), st.sampled_from(["flip", "cut", "drop", "double"]), st.integers(0, 255)),
            max_size=6,
        ),
    )
    def test_a_broken_file_is_read_or_named(self, whole: bytes, harms: list[tuple[float, str, int]]) -> None:
        data = bytearray(whole)
        for where, harm, value in harms:
            at = int(where * (len(data) - 1)) if data else 0
            if harm == "flip":
                data[at : at + 1] = bytes([value])
            elif harm == "cut":
                del data[max(at, len(data) // 3) :]
            elif harm == "drop":
                del data[at : at + value]
            else:
                data[at:at] = data[at : at + value]
        try:
            found = only(bytes(data))
        except Unreadable:
            return
        else:
            assert found.text
            assert list(found.pages) == sorted(found.pages)
            assert found.pages[-1] <= len(found.text)


class TestBrowser:
    @pytest.mark.parametrize("furnished", [False, True])
    def test_a_page_printed_by_a_browser_has_the_sentences_of_the_article(
        self, tmp_path: Path, furnished: bool
    ) -> None:
        chromium = shutil.which("chromium")
        assert chromium, "the tests need chromium"
        name = "2025-08-05-harbour-post-strike-ends"
        page, printed = tmp_path / "page.html", tmp_path / "page.pdf"
        page.write_bytes((MADE / f"{name}.html").read_bytes())
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile"]
        command += [f"--print-to-pdf={printed}"] + ([] if furnished else ["--no-pdf-header-footer"]) + [page.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        found = only(printed.read_bytes())
        expected = only((MADE / f"{name}.pdf").read_bytes())
        told = [" ".join(found.text[start:end].split()) for start, end in sentences(found.text)]
        body = [" ".join(expected.text[start:end].split()) for start, end in sentences(expected.text)]
        begin = told.index(body[0])
        assert told[begin : begin + len(body)] == body
        assert (found.title, found.published, found.marks) == (expected.title, None, ())
        assert "page.html" not in found.text
        assert "1/" not in found.text
