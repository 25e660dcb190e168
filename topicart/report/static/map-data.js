// The data of the map, unpacked: places, members of themes, and a grid to find the nearest work.
"use strict";

window.topicartMapData = (() => {
  const { themes, works } = window.topicartWorks;
  const CELLS = 128;

  const decode = (text, Kind) =>
    new Kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

  /**
   * Turn the map so that it fills the view best: its axes mean nothing, and turning keeps every
   * distance. The longer side becomes 1.
   */
  function turn(across, down, aspect) {
    const step = Math.ceil(across.length / 5000);
    const extent = (cos, sin, every) => {
      let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let work = 0; work < across.length; work += every) {
        const x = across[work] * cos - down[work] * sin;
        const y = across[work] * sin + down[work] * cos;
        if (x < left) left = x;
        if (x > right) right = x;
        if (y < top) top = y;
        if (y > bottom) bottom = y;
      }
      return { left, top, width: right - left, height: bottom - top };
    };
    let best = [0, Infinity];
    for (let degrees = 0; degrees < 180; degrees += 5) {
      const angle = (degrees * Math.PI) / 180;
      const box = extent(Math.cos(angle), Math.sin(angle), step);
      const needed = Math.max(box.width, box.height * aspect);
      if (needed < best[1] * 0.99) best = [angle, needed];
    }
    const [cos, sin] = [Math.cos(best[0]), Math.sin(best[0])];
    const box = extent(cos, sin, 1);
    const long = Math.max(box.width, box.height, 1);
    return {
      x: Float32Array.from(across, (x, work) => (x * cos - down[work] * sin - box.left) / long),
      y: Float32Array.from(across, (x, work) => (x * sin + down[work] * cos - box.top) / long),
      width: box.width / long,
      height: box.height / long,
    };
  }

  /** Unpack the data of the map for a view that is `aspect` times as wide as it is high. */
  function prepare(data, aspect) {
    const { x, y, width, height } = turn(
      decode(data.x, Uint16Array),
      decode(data.y, Uint16Array),
      aspect,
    );
    const topic = decode(data.topic, Int16Array);
    const members = themes.map(() => []);
    const order = new Map(themes.map(([id], place) => [id, place]));
    const outside = [];
    const cells = new Map();
    for (let work = 0; work < x.length; work += 1) {
      (order.has(topic[work]) ? members[order.get(topic[work])] : outside).push(work);
      const cell = Math.floor(y[work] * CELLS) * (CELLS + 1) + Math.floor(x[work] * CELLS);
      if (!cells.has(cell)) cells.set(cell, []);
      cells.get(cell).push(work);
    }
    const middle = (values) => values.sort((one, two) => one - two)[values.length >> 1];
    const centres = members.map((own) =>
      own.length ? [middle(own.map((work) => x[work])), middle(own.map((work) => y[work]))] : null,
    );
    const rank = (work) => works[data.shown[work]].rank;
    const central = members.map((own) =>
      own
        .filter((work) => works[data.shown[work]]?.picture)
        .sort((one, two) => rank(one) - rank(two)),
    );
    const deepest = Math.max(0, ...central.map((own) => own.length));
    const found = { x, y, width, height, topic, order, members, outside, cells };
    return { ...data, ...found, centres, central, deepest };
  }

  /** Return the work nearest to a point of the map and within reach, or null. */
  function nearest(map, x, y, reach) {
    let best = null;
    let least = reach * reach;
    const first = Math.floor((x - reach) * CELLS);
    const last = Math.floor((x + reach) * CELLS);
    for (let row = Math.floor((y - reach) * CELLS); row <= (y + reach) * CELLS; row += 1) {
      for (let column = first; column <= last; column += 1) {
        for (const work of map.cells.get(row * (CELLS + 1) + column) ?? []) {
          const distance = (map.x[work] - x) ** 2 + (map.y[work] - y) ** 2;
          if (distance < least) [best, least] = [work, distance];
        }
      }
    }
    return best;
  }

  return { nearest, prepare };
})();
