"""The burnt-in test pattern for peers written in Python: pages/pattern.js with numpy."""

import numpy

COUNTER = (12, 0x5A)  # row in sixteenths of the height, key of the check byte
TIME = (13, 0xA5)
BARS = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191), (0, 0, 0)]

CELLS_ACROSS, FIRST_CELL, BITS, LEAST_CONTRAST = 40, 3, 32, 64


def check(value, key):
    return (value >> 16 ^ value >> 8 ^ value ^ key) & 0xFF


class Pattern:
    """Draws frames of one size as RGB arrays."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.still = numpy.zeros((height, width, 3), numpy.uint8)
        for i, colour in enumerate(BARS):
            self.still[: height * 3 // 4, i * width // 8 : (i + 1) * width // 8] = colour
        self.still[height * 7 // 8 :] = 32

    def frame(self, counter, milliseconds):
        image = self.still.copy()
        self._draw_code(image, COUNTER, counter)
        self._draw_code(image, TIME, milliseconds)
        left = counter * self.width // 64 % self.width
        image[self.height * 7 // 8 :, left : left + self.width // 16] = 255
        return image

    def _draw_code(self, image, code, number):
        row, key = code
        value = number % (1 << 24)
        bits = value << 8 | check(value, key)
        rows = slice(row * self.height // 16, (row + 1) * self.height // 16)
        for cell in [0] + [2 + bit for bit in range(BITS) if bits >> (BITS - 1 - bit) & 1]:
            left, right = ((FIRST_CELL + cell + i) * self.width // CELLS_ACROSS for i in (0, 1))
            image[rows, left:right] = 255


def read_code(image, code):
    """The number in a code row of an RGB array, or None where no valid code is seen."""
    row, key = code
    height, width = image.shape[:2]
    cell, tall = width / CELLS_ACROSS, height / 16
    top = round((row + 0.25) * tall)
    strip = image[top : max(top + 1, round((row + 0.75) * tall))].mean(axis=0) @ (0.299, 0.587, 0.114)

    def level(index):
        left = round((FIRST_CELL + index + 0.25) * cell)
        return strip[left : max(left + 1, round((FIRST_CELL + index + 0.75) * cell))].mean()

    white, black = level(0), level(1)
    if white - black < LEAST_CONTRAST:
        return None
    bits = 0
    for bit in range(BITS):
        bits = bits << 1 | int(level(2 + bit) > (white + black) / 2)
    value = bits >> 8
    return value if bits & 0xFF == check(value, key) else None


def colour_error(image):
    """How far the worst colour component of any bar is from what was drawn (0 to 255)."""
    height, width = image.shape[:2]
    bar = width / 8
    rows = image[height // 4 : height // 2]
    return max(
        abs(rows[:, round((i + 0.25) * bar) : round((i + 0.75) * bar)].mean(axis=(0, 1)) - colour).max()
        for i, colour in enumerate(BARS)
    )
