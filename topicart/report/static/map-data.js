// The data of the map, unpacked: where every work lies, and a grid to find works by place.
"use strict";

topicart.mapData = (() => {
  const FULL = 65535;
  const PER_CELL = 3;
  const OFF_THE_MAP = -2;
  const SAMPLE = 2000;
  const STRAYS = 0.004;

  /**
   * Find the turn that lets the map fill a view `aspect` times as wide as it is high: its axes
   * mean nothing, and turning keeps every distance. The longer side becomes 1; a few works that
   * lie far from all others may lie beyond it.
   */
  function turn(across, down, rows, aspect) {
    const every = Math.max(1, Math.ceil(rows.length / SAMPLE));
    const some = rows.filter((_, place) => place % every === 0);
    const lines = [new Float64Array(some.length), new Float64Array(some.length)];
    const middle = (values) => {
      values.sort();
      const far = Math.floor(values.length * STRAYS);
      const [first, last] = [values[far] ?? 0, values[values.length - 1 - far] ?? FULL];
      const edge = far ? (last - first) * 0.03 : 0;
      return [first - edge, last - first + 2 * edge];
    };
    const extent = (cos, sin) => {
      some.forEach((row, place) => {
        lines[0][place] = across[row] * cos - down[row] * sin;
        lines[1][place] = across[row] * sin + down[row] * cos;
      });
      const [[left, width], [top, height]] = lines.map(middle);
      return { left, top, width, height };
    };
    let best = [0, Infinity];
    for (let degrees = 0; degrees < 180; degrees += 5) {
      const angle = (degrees * Math.PI) / 180;
      const box = extent(Math.cos(angle), Math.sin(angle));
      const needed = Math.max(box.width, box.height * aspect);
      if (needed < best[1] * 0.99) best = [angle, needed];
    }
    const [cos, sin] = [Math.cos(best[0]), Math.sin(best[0])];
    const box = extent(cos, sin);
    const long = Math.max(box.width, box.height, 1);
    return {
      width: box.width / long,
      height: box.height / long,
      /** From the places of the file to the world of the map. */
      world: (x, y) => [(x * cos - y * sin - box.left) / long, (x * sin + y * cos - box.top) / long],
      /** And back; what the address holds stays the same however the map is turned. */
      file: (x, y) => {
        const [left, top] = [x * long + box.left, y * long + box.top];
        return [left * cos + top * sin, top * cos - left * sin];
      },
    };
  }

  /** Sort works into the cells of a grid: those of cell c are rows[start[c]] … rows[start[c+1]-1]. */
  function gridOf(x, y, shown, width, height) {
    const per = Math.min(1024, Math.max(1, Math.ceil(Math.sqrt(shown.length / PER_CELL))));
    const columns = Math.max(1, Math.ceil(width * per));
    const lines = Math.max(1, Math.ceil(height * per));
    const column = (at) => Math.min(columns - 1, Math.max(0, Math.floor(at * per)));
    const line = (at) => Math.min(lines - 1, Math.max(0, Math.floor(at * per)));
    const start = new Uint32Array(columns * lines + 1);
    for (const row of shown) start[line(y[row]) * columns + column(x[row]) + 1] += 1;
    for (let cell = 1; cell < start.length; cell += 1) start[cell] += start[cell - 1];
    const next = start.slice();
    const rows = new Uint32Array(shown.length);
    for (const row of shown) {
      const cell = line(y[row]) * columns + column(x[row]);
      rows[next[cell]] = row;
      next[cell] += 1;
    }
    return { columns, column, line, start, rows };
  }

  /** Lay out what `topicart.base()` tells for a view that is `aspect` times as wide as it is high. */
  function prepare(base, aspect) {
    const across = topicart.unpack(base.x, Uint16Array);
    const down = topicart.unpack(base.y, Uint16Array);
    const { topic } = base;
    const shown = Uint32Array.from(topic.keys()).filter((row) => topic[row] !== OFF_THE_MAP);
    const gathered = shown.filter((row) => topic[row] >= 0);
    const turned = turn(across, down, gathered.length ? gathered : shown, aspect);
    const x = new Float32Array(base.n);
    const y = new Float32Array(base.n);
    for (const row of shown) [x[row], y[row]] = turned.world(across[row], down[row]);
    const place = (thing) => {
      const [left, top] = turned.world(thing.x, thing.y);
      return { ...thing, x: left, y: top };
    };
    const topics = base.topics.map(place);
    return {
      base,
      n: base.n,
      x,
      y,
      topic,
      shown,
      topics,
      bySize: [...topics].sort((one, two) => two.size - one.size || one.id - two.id),
      groups: base.groups.map(place).sort((one, two) => two.size - one.size || one.id - two.id),
      width: turned.width,
      height: turned.height,
      world: turned.world,
      file: turned.file,
      grid: gridOf(x, y, shown, turned.width, turned.height),
    };
  }

  /** Call a function with every work in a box of the world (and some beside it). */
  function within(map, box, each) {
    const { columns, column, line, start, rows } = map.grid;
    const [first, last] = [column(box.left), column(box.right)];
    for (let down = line(box.top); down <= line(box.bottom); down += 1) {
      const end = start[down * columns + last + 1];
      for (let place = start[down * columns + first]; place < end; place += 1) each(rows[place]);
    }
  }

  /** Return the work nearest to a point of the world, within reach and wanted, or null. */
  function nearest(map, x, y, reach, wanted) {
    let best = null;
    let least = reach * reach;
    const box = { left: x - reach, right: x + reach, top: y - reach, bottom: y + reach };
    within(map, box, (row) => {
      const distance = (map.x[row] - x) ** 2 + (map.y[row] - y) ** 2;
      if (distance < least && (!wanted || wanted[row])) [best, least] = [row, distance];
    });
    return best;
  }

  /** Mean distance between neighbours in the world, where there are any. */
  function spacing(map) {
    const { start } = map.grid;
    let full = 0;
    for (let cell = 1; cell < start.length; cell += 1) full += start[cell] > start[cell - 1] ? 1 : 0;
    const area = (full * map.width * map.height) / Math.max(start.length - 1, 1);
    return Math.sqrt(area / Math.max(map.shown.length, 1)) || 0.1;
  }

  return { FULL, nearest, prepare, spacing, within };
})();
