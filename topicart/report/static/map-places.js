// Which pictures and names the map shows at each scale, so that none hides another. The choice
// does not depend on what part is in view: nothing comes and goes while the map is moved, and
// what has once come stays when one goes nearer.
"use strict";

topicart.mapPlaces = (() => {
  const STEP = Math.SQRT2;
  const LEAD_CHOICES = 6;
  const SIDES = ["below", "above", "right", "left"];
  const NAME_GAP = 5;
  const AHEAD = 5;

  /** Boxes in the cells of a grid; asks and takes in constant time. */
  function roomOf(cell) {
    const BUCKETS = 1 << 16;
    const head = new Int32Array(BUCKETS).fill(-1);
    const next = [];
    const owner = [];
    const boxes = [];
    const bucket = (column, line) =>
      ((Math.imul(column, 73856093) ^ Math.imul(line, 19349663)) >>> 0) % BUCKETS;

    function free(left, top, right, bottom) {
      for (let line = Math.floor(top / cell); line <= bottom / cell; line += 1) {
        for (let column = Math.floor(left / cell); column <= right / cell; column += 1) {
          for (let at = head[bucket(column, line)]; at >= 0; at = next[at]) {
            const own = owner[at];
            if (
              left < boxes[own + 2] &&
              right > boxes[own] &&
              top < boxes[own + 3] &&
              bottom > boxes[own + 1]
            ) {
              return false;
            }
          }
        }
      }
      return true;
    }

    function take(left, top, right, bottom) {
      const own = boxes.length;
      boxes.push(left, top, right, bottom);
      for (let line = Math.floor(top / cell); line <= bottom / cell; line += 1) {
        for (let column = Math.floor(left / cell); column <= right / cell; column += 1) {
          const place = bucket(column, line);
          next.push(head[place]);
          owner.push(own);
          head[place] = next.length - 1;
        }
      }
    }

    return { free, take };
  }

  /** Centre of a name relative to its anchor, pixels; `high` and `wide` are half the picture's. */
  function offset(side, box, wide, high) {
    if (side === "below") return [0, high + NAME_GAP + box.height / 2];
    if (side === "above") return [0, -high - NAME_GAP - box.height / 2];
    if (side === "right") return [wide + NAME_GAP + box.width / 2, 0];
    if (side === "left") return [-wide - NAME_GAP - box.width / 2, 0];
    return [0, 0];
  }

  /**
   * Return a function of the scale that gives {rows, names}: the works with a picture, and names
   * as {key, x, y (world), side, row (whose picture it stands at, or -1)}.
   *
   * `look` holds: unit (pixels of the world at scale 1), size(scale) of pictures, gap(scale)
   * between them, shape(row), box(key) of a name, groupsAt(scale), passes(row), has(row), allFrom
   * (from what scale on works that are not central have pictures), named (topics that have a name,
   * the largest first).
   */
  function placesOf(map, look) {
    const levels = [];
    const order = inOrder(map, look);
    const shapes = new Map();
    const shape = (row) => {
      if (!shapes.has(row)) shapes.set(row, look.shape(row));
      return shapes.get(row);
    };

    function build(number) {
      const scale = STEP ** number;
      const before = levels[number - 1] ?? { rows: [], names: [], leads: new Map() };
      const unit = look.unit * scale;
      const size = look.size(scale);
      const gap = look.gap(scale) / 2;
      const room = roomOf(size * 2 + 4);
      const rows = [...before.rows];
      const shown = new Uint8Array(map.n);
      const leads = new Map(before.leads);
      const names = [];

      const picture = (row, extra) => {
        const [wide, high] = shape(row);
        const [x, y] = [map.x[row] * unit, map.y[row] * unit];
        const [across, down] = [(wide * size) / 2 + extra, (high * size) / 2 + extra];
        return [x - across, y - down, x + across, y + down];
      };
      const settle = (row) => {
        room.take(...picture(row, 3));
        shown[row] = 1;
      };
      const name = (key, x, y, side, row) => {
        const box = look.box(key);
        const [wide, high] = row < 0 ? [0, 0] : shape(row);
        const [across, down] = offset(side, box, (wide * size) / 2, (high * size) / 2);
        const [left, top] = [x * unit + across - box.width / 2, y * unit + down - box.height / 2];
        const own = [left - 2, top - 1, left + box.width + 2, top + box.height + 1];
        if (!room.free(...own)) return false;
        room.take(...own);
        names.push({ key, x, y, side, row });
        return true;
      };

      for (const row of rows) settle(row);
      for (const group of look.groupsAt(scale)) name(`g${group.id}`, group.x, group.y, "", -1);
      for (const topic of look.named) {
        const key = `t${topic.id}`;
        const was = leads.get(topic.id);
        let row = was?.row ?? -1;
        if (row < 0) {
          row = (order.leads.get(topic.id) ?? []).find((own) => room.free(...picture(own, 3))) ?? -1;
          if (row >= 0 && !shown[row]) {
            settle(row);
            rows.push(row);
          }
        }
        if (row < 0) continue;
        const sides = was ? [was.side, ...SIDES] : SIDES;
        const side = sides.find((own) => name(key, map.x[row], map.y[row], own, row));
        leads.set(topic.id, { row, side: side ?? "below" });
      }
      for (const topic of look.named) {
        if (!leads.has(topic.id)) name(`t${topic.id}`, topic.x, topic.y, "", -1);
      }
      const candidates = scale < look.allFrom ? order.faces : order.all;
      for (const row of candidates) {
        if (shown[row] || !room.free(...picture(row, gap))) continue;
        settle(row);
        rows.push(row);
      }
      return { rows, names, leads };
    }

    const idle = window.requestIdleCallback ?? ((job) => setTimeout(job, 60));

    /** Build a few levels more while nothing else is to be done, one at a time. */
    function ahead(most) {
      if (levels.length >= most) return;
      idle(() => {
        if (levels.length < most) levels.push(build(levels.length));
        ahead(most);
      });
    }

    return (scale) => {
      const wanted = Math.max(0, Math.floor(Math.log(scale) / Math.log(STEP) + 1e-6));
      while (levels.length <= wanted) levels.push(build(levels.length));
      ahead(wanted + AHEAD);
      return levels[wanted];
    };
  }

  /** Which pictures come first: central ones of every topic in turn, then all others. */
  function inOrder(map, look) {
    const wanted = (row) => look.has(row) && look.passes(row);
    const leads = new Map();
    const faces = [];
    const seen = new Uint8Array(map.n);
    const deepest = Math.max(0, ...map.topics.map((topic) => topic.faces.length));
    for (const topic of map.topics) {
      leads.set(topic.id, topic.faces.filter(wanted).slice(0, LEAD_CHOICES));
    }
    for (let rank = 0; rank < deepest; rank += 1) {
      for (const { faces: own } of map.bySize) {
        if (rank >= own.length || seen[own[rank]] || !wanted(own[rank])) continue;
        faces.push(own[rank]);
        seen[own[rank]] = 1;
      }
    }
    const others = [...map.shown].filter((row) => !seen[row] && wanted(row));
    return { leads, faces, all: [...faces, ...shuffled(others)] };
  }

  /** The same disorder every time: neighbours in the file are often much alike. */
  function shuffled(rows) {
    let seed = 7;
    for (let last = rows.length - 1; last > 0; last -= 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      const other = seed % (last + 1);
      [rows[last], rows[other]] = [rows[other], rows[last]];
    }
    return rows;
  }

  return { offset, placesOf };
})();
