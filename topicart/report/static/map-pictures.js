// The pictures on the map: parts of atlases, which load when needed and are let go again.
"use strict";

topicart.mapPictures = (() => {
  // Decoded, a pixel takes 4 bytes: these are 100 MB.
  const MOST_PIXELS = 25e6;
  const LONGEST = 1.5;

  /** Return the pictures of a site; `loaded` is called whenever another atlas has come. */
  function picturesOf(base, loaded) {
    const { sprites, faces, cell, cellWidth: width, cellHeight: height } = base;
    const faceWidth = topicart.unpack(faces.width, Uint8Array);
    const faceHeight = topicart.unpack(faces.height, Uint8Array);
    const slot = new Int32Array(base.n).fill(-1);
    faces.row.forEach((row, place) => {
      slot[row] = place;
    });
    const atlases = atlasesOf(loaded);

    const part = (kind, place, wide, high) => ({
      file: kind.files[Math.floor(place / kind.per)],
      pixels: (kind.columns * kind.side) ** 2,
      left: (place % kind.per % kind.columns) * kind.side,
      top: Math.floor((place % kind.per) / kind.columns) * kind.side,
      width: wide,
      height: high,
    });
    const sprite = (row) => part(sprites, cell[row], width[row], height[row]);
    const face = (row) => part(faces, slot[row], faceWidth[slot[row]], faceHeight[slot[row]]);

    const has = (row) => cell[row] >= 0 || slot[row] >= 0;

    /** Width and height of a work's picture where the square of the same area has sides of 1. */
    function shape(row) {
      const { width: wide, height: high } = slot[row] >= 0 ? face(row) : sprite(row);
      const ratio = Math.sqrt(Math.max(wide, 1) / Math.max(high, 1));
      const fit = Math.min(1, LONGEST / ratio, LONGEST * ratio);
      return [ratio * fit, fit / ratio];
    }

    /** Return [bitmap, part] to draw a work's picture from, or null as long as there is none. */
    function take(row, pixels) {
      const choices = [];
      const small = cell[row] >= 0 ? sprite(row) : null;
      const large = slot[row] >= 0 ? face(row) : null;
      if (large) choices.push(large);
      if (small) choices.push(small);
      // The smaller one is enough, and most others on the screen stand beside it.
      if (large && small && pixels <= sprites.side * 0.8 && atlases.there(small.file)) {
        choices.reverse();
      }
      for (const choice of choices) {
        const bitmap = atlases.get(choice);
        if (bitmap) return [bitmap, choice];
      }
      return null;
    }

    const few = sprites.files.length * (sprites.columns * sprites.side) ** 2 <= MOST_PIXELS;
    return { few, begin: atlases.begin, busy: () => atlases.busy(faces.files), has, shape, take };
  }

  function atlasesOf(loaded) {
    const kept = new Map();
    let turn = 0;

    const pixelsOf = (some) => some.reduce((sum, atlas) => sum + atlas.pixels, 0);

    /** Begin a frame: what it uses stays, the longest unused goes. */
    function begin() {
      turn += 1;
      const idle = [...kept.values()].filter((atlas) => atlas.turn < turn - 1 && atlas.bitmap);
      idle.sort((one, two) => one.turn - two.turn);
      let excess = pixelsOf([...kept.values()]) - MOST_PIXELS;
      for (const atlas of idle) {
        if (excess <= 0) break;
        excess -= atlas.pixels;
        atlas.bitmap.close();
        kept.delete(atlas.file);
      }
    }

    function get({ file, pixels }) {
      let atlas = kept.get(file);
      if (!atlas) {
        const inUse = pixelsOf([...kept.values()].filter((other) => other.turn >= turn - 1));
        if (inUse + pixels > MOST_PIXELS) return null;
        atlas = { file, pixels, bitmap: null, turn };
        kept.set(file, atlas);
        read(atlas);
      }
      atlas.turn = turn;
      return atlas.bitmap;
    }

    // One after the other, a frame between them: decoding holds up the page for a moment. Small
    // files come first: they are what is seen from afar.
    const waiting = [];
    let reading = false;
    async function read(atlas) {
      waiting.push(atlas);
      if (reading) return;
      reading = true;
      await frame();
      while (waiting.length) {
        waiting.sort((one, two) => one.pixels - two.pixels);
        await decode(waiting.shift());
        loaded();
        await frame();
      }
      reading = false;
    }

    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

    async function decode(atlas) {
      const image = new Image();
      try {
        // Not image.decode(): the browser would keep a decoded copy of its own beside ours.
        await new Promise((resolve, reject) => {
          image.addEventListener("load", resolve);
          image.addEventListener("error", reject);
          image.src = atlas.file;
        });
        atlas.bitmap = await createImageBitmap(image);
      } catch {
        // A damaged atlas leaves its works as points; it stays in the list, so that it is not
        // asked for again and again.
        atlas.failed = true;
      }
    }

    return {
      begin,
      get,
      there: (file) => Boolean(kept.get(file)?.bitmap),
      /** Whether one of these files was asked for and is still on its way. */
      busy: (files) =>
        files.some((file) => kept.has(file) && !kept.get(file).bitmap && !kept.get(file).failed),
    };
  }

  return { picturesOf };
})();
