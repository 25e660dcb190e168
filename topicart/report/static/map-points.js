// The works as points: stamped by hand into the pixels of the canvas, which draws a hundred
// thousand of them at every frame of a movement.
"use strict";

topicart.mapPoints = (() => {
  // Points stand between pixels too, or they would jump when the map glides.
  const PHASES = 4;
  const stamps = new Map();

  /** Return how much of each pixel a disc covers, 0..255, at every shift within a pixel. */
  function stampOf(radius) {
    const key = Math.round(radius * 10);
    if (!stamps.has(key)) {
      const reach = Math.ceil(radius + 0.5);
      const side = 2 * reach + 1;
      const shifts = [];
      for (let down = 0; down < PHASES; down += 1) {
        for (let across = 0; across < PHASES; across += 1) {
          shifts.push(disc(radius, reach, side, (across + 0.5) / PHASES, (down + 0.5) / PHASES));
        }
      }
      stamps.set(key, { reach, side, shifts });
    }
    return stamps.get(key);
  }

  function disc(radius, reach, side, across, down) {
    const pixels = [];
    for (let top = 0; top < side; top += 1) {
      for (let left = 0; left < side; left += 1) {
        const far = Math.hypot(left - reach + 0.5 - across, top - reach + 0.5 - down);
        const covered = Math.min(1, Math.max(0, radius + 0.5 - far));
        if (covered > 0.02) pixels.push(left - reach, top - reach, Math.round(covered * 255));
      }
    }
    return Int16Array.from(pixels);
  }

  let image = null;
  let pixels = null;

  /**
   * Draw points and put them on a canvas, which loses what it showed.
   *
   * `look` holds: width, height (pixels), scale, dx, dy (world to pixels), and layers, drawn in
   * their order, each {rows, codes (of every work, into colours; or null: the first colour),
   * colours (Uint32Array, alpha left out), alpha 0..1, radius (pixels)}.
   */
  function draw(pen, map, look) {
    const { width, height } = look;
    if (!image || image.width !== width || image.height !== height) {
      image = pen.createImageData(width, height);
      pixels = new Uint32Array(image.data.buffer);
    } else pixels.fill(0);
    for (const layer of look.layers) stampAll(map, look, layer);
    pen.putImageData(image, 0, 0);
  }

  function stampAll(map, look, { rows, codes, colours, alpha, radius }) {
    const { width, height, scale, dx, dy } = look;
    const { reach, shifts } = stampOf(radius);
    const { x, y } = map;
    const solid = Math.round(alpha * 256);
    const right = width - reach - 1;
    const bottom = height - reach - 1;
    for (let place = 0; place < rows.length; place += 1) {
      const row = rows[place];
      const left = x[row] * scale + dx;
      const top = y[row] * scale + dy;
      // Whoever touches the edge is left out: no pixel then needs to be asked whether it is in.
      if (!(left >= reach && top >= reach && left < right && top < bottom)) continue;
      const column = left | 0;
      const line = top | 0;
      const shift = shifts[(((top - line) * PHASES) | 0) * PHASES + (((left - column) * PHASES) | 0)];
      const colour = codes ? colours[codes[row]] : colours[0];
      const at = line * width + column;
      for (let pixel = 0; pixel < shift.length; pixel += 3) {
        const spot = at + shift[pixel + 1] * width + shift[pixel];
        pixels[spot] = over(pixels[spot], colour, (shift[pixel + 2] * solid) >> 8);
      }
    }
  }

  /** Lay a colour over a pixel (ABGR, not premultiplied), `alpha` 0..255. */
  function over(under, colour, alpha) {
    const there = under >>> 24;
    if (there === 0) return (colour | (alpha << 24)) >>> 0;
    // Colours mix by their share of what will be seen; red and blue are mixed in one step.
    const seen = Math.min(255, alpha + there - ((alpha * there) >> 8));
    const share = Math.min(256, ((alpha << 8) / seen) | 0);
    const rest = 256 - share;
    const ends = (((colour & 0xff00ff) * share + (under & 0xff00ff) * rest) >>> 8) & 0xff00ff;
    const middle = (((colour & 0xff00) * share + (under & 0xff00) * rest) >>> 8) & 0xff00;
    return ((seen << 24) | ends | middle) >>> 0;
  }

  return { draw };
})();
