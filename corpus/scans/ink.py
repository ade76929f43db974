"""How heavy the strokes of words are in a picture: those of bold words, and bullets, are heavier than the rest."""

from dataclasses import dataclass

from PIL import Image, ImageFilter

from corpus.pdf.words import Rectangle


@dataclass(frozen=True, slots=True)
class Ink:
    """A picture of dark words on light ground, in grey."""

    picture: Image.Image

    def stroke(self, place: Rectangle) -> float:
        """The usual width of a stroke there, in pixels, by how much is left when a pixel is taken off all edges."""
        x0, top, x1, bottom = map(round, place)
        seen = self.picture.crop((x0, top, x1, bottom))
        levels = [level for level, pixels in enumerate(seen.histogram()) if pixels]
        middle = (min(levels, default=0) + max(levels, default=0)) / 2
        ink = seen.point([255 * (level < middle) for level in range(256)])
        whole, inner = _count(ink), _count(ink.filter(ImageFilter.MinFilter(3)))
        return 2 * whole / (whole - inner) if whole > inner else 0.0


def _count(ink: Image.Image) -> int:
    return ink.histogram()[255]
