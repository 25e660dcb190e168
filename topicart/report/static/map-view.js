// The map: every work a point, and its picture where there is room; topics by name.
"use strict";

(() => {
  const { mapColours, mapData, mapLegend, mapPlaces, mapPoints } = topicart;
  const view = document.getElementById("map-view");
  const canvas = view.querySelector("canvas");
  const crosshair = view.querySelector(".crosshair");
  const panel = document.querySelector(".map-panel");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const MOST_PIXELS_A_POINT = 2;
  const FADED = 0.13;
  const FADE_IN = 220;

  let map = null;
  let eye = null;
  let pictures = null;
  let names = null;
  let hover = null;
  let inks = null;
  let scheme = null;
  let schemeName = "topic";
  let colourTurn = 0;
  let size = { width: 0, height: 0 };
  let ratio = 1;
  let obstacles = [];
  let places = null;
  let mask = null;
  let highlit = null;
  let passes = null;
  let lit = null;
  let layers = null;
  let drawn = [];
  let born = new Map();
  let asked = false;
  let settled = 0;
  let written = null;
  let near = [];

  // How large and how many ---------------------------------------------------------------------

  // The fewer topics share the view, the larger is what stands for them.
  const smallest = () =>
    Math.min(62, Math.max(32, Math.sqrt((size.width * size.height) / (map.topics.length + 2)) / 4));
  const largest = () => Math.max(smallest(), Math.min(116, map.base.sprites.side * 1.1));
  const pictureSize = (scale) => Math.min(largest(), smallest() * scale ** 0.24);

  /** Pictures stand apart as long as they would hide the works between them. */
  const pictureGap = (scale) =>
    Math.max(4, pictureSize(scale) * 0.12 * Math.min(1, allFrom() / scale));

  // From afar the pictures of a large collection lie in more atlases than are kept.
  const allFrom = () => (pictures.few ? 1 : 4);

  function pointRadius() {
    const apart = map.spacing * eye.unit();
    return Math.min(4, Math.max(0.95, apart * 0.17)) * ratio;
  }

  const groupsAt = (scale) =>
    scale < 6 ? map.groups.filter((group) => group.level === (scale < 2.2 && two() ? 2 : 1)) : [];
  const two = () => map.groups.some((group) => group.level === 2);

  function newPlaces() {
    const having = new Set();
    if (passes) for (const row of map.shown) if (passes[row]) having.add(map.topic[row]);
    places = mapPlaces.placesOf(map, {
      unit: eye.base(),
      size: pictureSize,
      allFrom: allFrom(),
      gap: pictureGap,
      shape: pictures.shape,
      has: pictures.has,
      box: names.box,
      passes: passes ? (row) => passes[row] === 1 : () => true,
      groupsAt: passes ? () => [] : groupsAt,
      named: passes ? map.bySize.filter((topic) => having.has(topic.id)) : map.bySize,
    });
  }

  // Drawing ------------------------------------------------------------------------------------

  function redraw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(frame);
  }

  function frame(now) {
    asked = false;
    if (!size.width) return;
    eye.step(now);
    view.classList.toggle("near", eye.now().scale > 1.01);
    pictures.begin();
    points();
    const found = places(eye.now().scale);
    const fading = paintAll(found.rows, now);
    nameAll(found.names);
    if (eye.flying() || fading) redraw();
    else if (!pictures.busy()) view.dataset.drawn = "";
    clearTimeout(settled);
    settled = setTimeout(settle, 300);
  }

  function sorted() {
    const faded = [];
    const outside = [];
    const inside = [];
    const dimmed = [];
    for (const row of map.shown) {
      if (passes && !passes[row]) faded.push(row);
      else if (lit !== null && map.topic[row] !== lit) dimmed.push(row);
      else (map.topic[row] < 0 ? outside : inside).push(row);
    }
    return [faded, dimmed, outside, inside].map((rows) => Uint32Array.from(rows));
  }

  function points() {
    layers ??= sorted();
    const [faded, dimmed, outside, inside] = layers;
    const radius = pointRadius();
    const grey = { codes: null, colours: Uint32Array.of(mapColours.packed(inks.grey)) };
    const toned = { codes: scheme.codes, colours: scheme.colours };
    // Where works lie on one another, their number shows in the strength of the colour.
    const alpha = Math.min(0.92, Math.max(0.5, radius / ratio / 2.2));
    const [across, down] = eye.toView(0, 0);
    mapPoints.draw(pen, map, {
      width: canvas.width,
      height: canvas.height,
      scale: eye.unit() * ratio,
      dx: across * ratio,
      dy: down * ratio,
      layers: [
        { ...grey, rows: faded, alpha: FADED, radius: radius * 0.9 },
        { ...toned, rows: dimmed, alpha: FADED, radius },
        { ...toned, rows: outside, alpha: alpha * 0.8, radius: radius * 0.85 },
        { ...toned, rows: inside, alpha, radius },
      ],
    });
  }

  /** Paint pictures; whether one is still fading in. */
  function paintAll(rows, now) {
    const unit = eye.unit();
    const [dx, dy] = eye.toView(0, 0);
    const long = pictureSize(eye.now().scale);
    const reach = long;
    const before = born;
    born = new Map();
    drawn = [];
    let fading = false;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = "medium";
    for (const row of rows) {
      const left = map.x[row] * unit + dx;
      const top = map.y[row] * unit + dy;
      if (left < -reach || top < -reach || left > size.width + reach || top > size.height + reach) {
        continue;
      }
      const found = pictures.take(row, long * ratio);
      if (!found) continue;
      // What is seen first is there at once; only what comes later fades in.
      const since = before.get(row) ?? ("drawn" in view.dataset ? now : now - FADE_IN);
      born.set(row, since);
      const age = Math.min(1, (now - since) / FADE_IN);
      if (age < 1) fading = true;
      const [wide, high] = pictures.shape(row).map((side) => side * long);
      paint(row, found, left - wide / 2, top - high / 2, wide, high, age);
    }
    pen.globalAlpha = 1;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    return fading;
  }

  function paint(row, [bitmap, part], left, top, wide, high, age) {
    // On whole pixels edges are sharp.
    const snap = (value) => Math.round(value * ratio) / ratio;
    const box = { row, left: snap(left), top: snap(top), width: snap(wide), height: snap(high) };
    const edge = 1.5;
    pen.globalAlpha = age * (lit === null || lit === map.topic[row] ? 1 : 0.25);
    pen.fillStyle = scheme.css[scheme.codes[row]];
    pen.fillRect(box.left - edge, box.top - edge, box.width + 2 * edge, box.height + 2 * edge);
    pen.drawImage(
      bitmap, part.left, part.top, part.width, part.height,
      box.left, box.top, box.width, box.height,
    );
    drawn.push(box);
  }

  function nameAll(found) {
    const long = pictureSize(eye.now().scale);
    const wanted = [...found, ...near].map(({ key, x, y, side, row, over }) => {
      const [left, top] = eye.toView(x, y);
      const [wide, high] = row < 0 ? [0, 0] : pictures.shape(row);
      const own = mapPlaces.offset(side, names.box(key), (wide * long) / 2, (high * long) / 2);
      return { key, left: left + own[0], top: top + own[1], over };
    });
    names.show(wanted, size, obstacles);
  }

  /** Come to rest: keep the place in the address, and name what is in view but has no name yet. */
  function settle() {
    if (eye.flying() || view.classList.contains("dragging")) return;
    const { x, y, scale } = eye.now();
    const [across, down] = map.file(x, y);
    const parts = [Math.round(across), Math.round(down), +scale.toFixed(3)];
    const told = eye.home() ? null : parts.join();
    if (told !== written) {
      written = told;
      topicart.set({ map: told });
    }
    const before = JSON.stringify(near);
    const seen = { size, drawn, passes, box: names.box };
    near = scale > 1.3 ? topicart.mapNames.inView(map, eye, seen) : [];
    if (JSON.stringify(near) !== before) redraw();
  }

  // What is asked of the map -------------------------------------------------------------------

  function workAt(left, top) {
    for (let place = drawn.length - 1; place >= 0; place -= 1) {
      const box = drawn[place];
      const [across, down] = [left - box.left, top - box.top];
      const inside = across >= 0 && across <= box.width && down >= 0 && down <= box.height;
      if (inside) return box.row;
    }
    return mapData.nearest(map, ...eye.toWorld(left, top), 14 / eye.unit(), passes);
  }

  function point(left, top) {
    const row = left === null ? null : workAt(left, top);
    canvas.style.cursor = row === null ? "" : "pointer";
    hover.show(row, left ?? 0, top ?? 0);
  }

  function open(left, top) {
    const row = workAt(left, top);
    if (row !== null) topicart.viewer.open(row);
  }

  const middleWork = () =>
    mapData.nearest(map, ...eye.toWorld(...eye.middle()), 120 / eye.unit(), passes);

  function aim(shown) {
    crosshair.hidden = !shown;
    const [left, top] = eye.middle();
    crosshair.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
    if (shown) setTimeout(() => crosshair.hidden || hover.show(middleWork(), left, top), 260);
    else hover.show(null, 0, 0);
  }

  function openMiddle() {
    const row = middleWork();
    if (row !== null) topicart.viewer.open(row);
  }

  function filtered() {
    passes = mask;
    if (highlit) passes = Uint8Array.from(highlit, (own, row) => own && (!mask || mask[row]));
    layers = null;
    near = [];
    newPlaces();
    redraw();
  }

  const api = {
    /** Show only these works, an array of rows, as far as the filter lets them; null: all again. */
    highlight(rows) {
      highlit = rows ? new Uint8Array(map.n) : null;
      for (const row of rows ?? []) highlit[row] = 1;
      filtered();
    },
    /** Go to a work. */
    go(row) {
      const scale = Math.max(eye.now().scale, eye.nearest() * 0.25);
      eye.go({ x: map.x[row], y: map.y[row], scale }, 700);
      aim(true);
    },
  };

  const wantedScheme = () => mapLegend.known(topicart.get("colour") ?? "topic");

  async function colour() {
    const own = (colourTurn += 1);
    schemeName = wantedScheme();
    const found = await mapColours.schemeOf(map, inks, schemeName);
    if (own !== colourTurn) return; // A later choice has overtaken this one.
    scheme = found;
    mapLegend.show(schemeName, scheme);
    redraw();
  }

  // Beginning ----------------------------------------------------------------------------------

  function measure() {
    const box = canvas.getBoundingClientRect();
    if (!box.width || !box.height) return;
    size = { width: box.width, height: box.height };
    ratio = Math.min(MOST_PIXELS_A_POINT, window.devicePixelRatio || 1);
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    // Beside the panel where it lies on the map, else above the buttons.
    const over = getComputedStyle(panel).position === "absolute";
    const beside = over ? panel.getBoundingClientRect().right - box.left : 0;
    const below = over ? 0 : view.querySelector(".controls").offsetHeight;
    const free = { left: beside, top: 0, width: size.width - beside, height: size.height - below };
    eye.fit(free, (base) => Math.max(8, (5 * largest()) / (map.spacing * base)));
    names.measure();
    newPlaces();
    hurdles();
    redraw();
  }

  /** What stands over the map: names keep clear of it. */
  function hurdles() {
    const own = canvas.getBoundingClientRect();
    obstacles = [panel, view.querySelector(".controls")].map((node) => {
      const box = node.getBoundingClientRect();
      return {
        left: box.left - own.left,
        right: box.right - own.left,
        top: box.top - own.top,
        bottom: box.bottom - own.top,
      };
    });
    redraw();
  }

  /** Paper is narrower than the window: place points and names anew for it, at once. */
  function onPaper(now) {
    document.body.classList.toggle("on-paper", now);
    // Nothing may be still fading in when it is printed.
    delete view.dataset.drawn;
    measure();
    frame(performance.now());
  }

  function lookAtAddress() {
    const told = topicart.get("map");
    if (told === written) return;
    const [across, down, scale] = (told ?? "").split(",").map(Number);
    if (told === null) eye.all();
    else if ([across, down, scale].every(Number.isFinite)) {
      const [x, y] = map.world(across, down);
      eye.go({ x, y, scale }, written === null && !view.dataset.drawn ? 0 : 420);
    }
    written = told;
  }

  async function start() {
    const base = await topicart.base();
    map = mapData.prepare(base, canvas.clientWidth / Math.max(canvas.clientHeight, 1));
    map.spacing = mapData.spacing(map);
    inks = mapColours.palette(view);
    scheme = await mapColours.schemeOf(map, inks, "topic");
    eye = topicart.mapEye.eyeOn(map, redraw);
    pictures = topicart.mapPictures.picturesOf(base, () => {
      hover?.refresh();
      redraw();
    });
    names = topicart.mapNames.namesOf(map, view.querySelector(".labels"), (topic) => {
      lit = topic;
      layers = null;
      redraw();
    });
    hover = topicart.mapHover.hoverOf(view.querySelector(".map-hover"), map, pictures, () => size);
    mapLegend.offer(base, (name) => topicart.set({ colour: name === "topic" ? null : name }));
    mapLegend.show("topic", scheme);
    measure();
    topicart.map = api;
    topicart.mapHands.handsOn(view, canvas, eye, { aim, open, openMiddle, point });
    listen();
  }

  function listen() {
    topicart.onState(() => {
      lookAtAddress();
      if (wantedScheme() !== schemeName) colour();
      else if (scheme.name === schemeName) mapLegend.show(schemeName, scheme);
    });
    topicart.filter?.on((now, many) => {
      mapLegend.tell(now ? many : null, map.n);
      if (now === mask) return;
      mask = now;
      filtered();
    });
    new ResizeObserver(measure).observe(canvas);
    new ResizeObserver(hurdles).observe(panel);
    window.addEventListener("beforeprint", () => onPaper(true));
    window.addEventListener("afterprint", () => onPaper(false));
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      inks = mapColours.palette(view);
      colour();
    });
  }

  start();
})();
