// The small pictures of works, cut from the atlases: for rows, lists, and where no large one is.
"use strict";

(() => {
  const { element, load, unpack } = window.topicart;
  let ready = null;

  /** Return a promise of the base shard with its columns unpacked, once for all scripts. */
  function base() {
    ready ??= load("base").then((told) => ({
      ...told,
      topic: unpack(told.topic, Int16Array),
      cell: unpack(told.sprites.cell, Int32Array),
      cellWidth: unpack(told.sprites.width, Uint8Array),
      cellHeight: unpack(told.sprites.height, Uint8Array),
    }));
    return ready;
  }

  /**
   * Make the small picture of a work, as large as fits the box, or an empty box if it has none.
   * It says nothing to a screen reader: the title stands beside it.
   */
  function miniature(told, row, width, height) {
    const box = element("span", { className: "miniature", "aria-hidden": "true" });
    const cell = told.cell[row];
    if (!(cell >= 0)) return box;
    const { files, side, columns, per } = told.sprites;
    const scale = Math.min(width / told.cellWidth[row], height / told.cellHeight[row]);
    const slot = cell % per;
    const pixels = (many) => `${many * scale}px`;
    Object.assign(box.style, {
      width: pixels(told.cellWidth[row]),
      height: pixels(told.cellHeight[row]),
      backgroundImage: `url("${files[Math.floor(cell / per)]}")`,
      backgroundSize: `${pixels(columns * side)} auto`,
      backgroundPosition:
        `${pixels(-(slot % columns) * side)} ${pixels(-Math.floor(slot / columns) * side)}`,
    });
    return box;
  }

  Object.assign(window.topicart, { base, miniature });
})();
