// The burnt-in test pattern: eight colour bars, a frame counter and a time code as rows of black and white cells,
// and a white box that moves. Both sides of every call draw it and read it back from the decoded picture.

export const COUNTER = {row: 12, key: 0x5a};    // rows are sixteenths of the height
export const TIME = {row: 13, key: 0xa5};
export const BARS = [[191, 191, 191], [191, 191, 0], [0, 191, 191], [0, 191, 0],
  [191, 0, 191], [191, 0, 0], [0, 0, 191], [0, 0, 0]];

const CELLS_ACROSS = 40, FIRST_CELL = 3, BITS = 32, LEAST_CONTRAST = 64;
const check = (value, key) => (value >> 16 ^ value >> 8 ^ value ^ key) & 0xff;

export function draw(context, counter, milliseconds) {
  const {width, height} = context.canvas;
  const fill = (colour, x, y, w, h) => { context.fillStyle = colour; context.fillRect(x, y, w, h); };
  BARS.forEach((rgb, i) => fill(`rgb(${rgb})`, i * width / 8, 0, width / 8, height * 3 / 4));
  drawCode(fill, width, height, COUNTER, counter);
  drawCode(fill, width, height, TIME, milliseconds);
  const bottom = height * 7 / 8;
  fill('rgb(32, 32, 32)', 0, bottom, width, height / 8);
  fill('white', counter * width / 64 % width, bottom, width / 16, height / 8);
}

function drawCode(fill, width, height, {row, key}, number) {
  const value = number % 0x1000000, cell = width / CELLS_ACROSS, top = row * height / 16;
  const bits = value * 256 + check(value, key);
  fill('black', 0, top, width, height / 16);
  fill('white', FIRST_CELL * cell, top, cell, height / 16);
  for (let bit = 0; bit < BITS; bit++) {
    if (bits / 2 ** (31 - bit) & 1) fill('white', (FIRST_CELL + 2 + bit) * cell, top, cell, height / 16);
  }
}

// The number in a code row of a picture (an ImageData), or undefined where no valid code is seen.
export function readCode(image, {row, key}) {
  const cell = image.width / CELLS_ACROSS, height = image.height / 16, top = row * height;
  const level = i => {
    const [r, g, b] = meanColour(image, (FIRST_CELL + i + 0.25) * cell, top + height / 4, cell / 2, height / 2);
    return 0.299 * r + 0.587 * g + 0.114 * b;
  };
  const white = level(0), black = level(1), threshold = (white + black) / 2;
  if (white - black < LEAST_CONTRAST) return undefined;
  let value = 0, seen = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const set = level(2 + bit) > threshold ? 1 : 0;
    if (bit < 24) value = value * 2 + set; else seen = seen * 2 + set;
  }
  return seen === check(value, key) ? value : undefined;
}

// How far the worst colour component of any bar is from what was drawn (0 to 255).
export function colourError(image) {
  const bar = image.width / 8;
  return Math.max(...BARS.map((expected, i) => {
    const mean = meanColour(image, (i + 0.25) * bar, image.height / 4, bar / 2, image.height / 4);
    return Math.max(...mean.map((c, k) => Math.abs(c - expected[k])));
  }));
}

function meanColour(image, x, y, w, h) {
  const left = Math.round(x), top = Math.round(y);
  const right = Math.max(left + 1, Math.round(x + w)), bottom = Math.max(top + 1, Math.round(y + h));
  const sum = [0, 0, 0];
  for (let py = top; py < bottom; py++) {
    for (let px = left; px < right; px++) {
      for (let k = 0; k < 3; k++) sum[k] += image.data[(py * image.width + px) * 4 + k];
    }
  }
  return sum.map(s => s / ((right - left) * (bottom - top)));
}
