// The map: every work a dot, central works as pictures, themes by name. Plain canvas; the data
// come as a script when the map comes near, because a page on disk may not fetch files.
"use strict";

(() => {
  const view = document.getElementById("map-view");
  const canvas = view.querySelector("canvas");
  const labels = view.querySelector(".labels");
  const hover = view.querySelector(".hover");
  const { themes, works } = window.topicartWorks;
  const pen = canvas.getContext("2d");
  const NEAREST = 60;
  const MOST_PICTURES = 90;
  const FIRST_CHOICES = 8;
  let map = null;
  let size = { width: 0, height: 0 };
  let eye = { scale: 1, x: 0.5, y: 0.5 };
  let colours = [];
  let ink = {};
  let lit = null;
  let pictured = [];
  let asked = false;

  function readColours() {
    const probe = document.createElement("i");
    view.append(probe);
    colours = themes.map(([topic]) => {
      probe.className = `t${topic % 64}`;
      return getComputedStyle(probe).getPropertyValue("--tone").trim();
    });
    probe.remove();
    const style = getComputedStyle(document.documentElement);
    ink = {
      grey: style.getPropertyValue("--grey").trim(),
      paper: style.getPropertyValue("--paper").trim(),
      text: style.getPropertyValue("--ink").trim(),
    };
  }

  // The world is the unit square's upper left part (map.width x map.height); it fits the view at
  // scale 1, and eye.x, eye.y is the point of the world in the middle of the view.
  const unit = () => {
    const margin = Math.min(size.width, size.height) * 0.07 + 14;
    return (
      eye.scale *
      Math.min(
        (size.width - 2 * margin) / Math.max(map.width, 1e-6),
        (size.height - 2 * margin) / Math.max(map.height, 1e-6),
        4 * Math.max(size.width, size.height),
      )
    );
  };
  const toView = (x, y) => [
    (x - eye.x) * unit() + size.width / 2,
    (y - eye.y) * unit() + size.height / 2,
  ];
  const toWorld = (left, top) => [
    (left - size.width / 2) / unit() + eye.x,
    (top - size.height / 2) / unit() + eye.y,
  ];

  // Drawing ----------------------------------------------------------------------------------

  function draw() {
    asked = false;
    if (!map || !size.width) return;
    const ratio = window.devicePixelRatio || 1;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, size.width, size.height);
    const scale = unit();
    const dx = size.width / 2 - eye.x * scale;
    const dy = size.height / 2 - eye.y * scale;
    const crowd = Math.sqrt((size.width * size.height) / Math.max(map.x.length, 1));
    const radius = Math.min(5.5, Math.max(1.1, crowd * 0.1) * Math.sqrt(eye.scale));
    dots(map.outside, ink.grey, lit === null ? 0.9 : 0.35, radius * 0.8, scale, dx, dy);
    map.members.forEach((own, place) => {
      const alpha = lit === null || lit === place ? 0.9 : 0.12;
      dots(own, colours[place], alpha, radius, scale, dx, dy);
    });
    pen.globalAlpha = 1;
    furnish();
  }

  function dots(own, colour, alpha, radius, scale, dx, dy) {
    pen.fillStyle = colour;
    pen.globalAlpha = alpha;
    const round = radius > 1.6 && own.length < 20000;
    if (round) pen.beginPath();
    for (const work of own) {
      const left = map.x[work] * scale + dx;
      const top = map.y[work] * scale + dy;
      if (left < -9 || top < -9 || left > size.width + 9 || top > size.height + 9) continue;
      if (round) {
        pen.moveTo(left + radius, top);
        pen.arc(left, top, radius, 0, 6.2832);
      } else pen.fillRect(left - radius, top - radius, 2 * radius, 2 * radius);
    }
    if (round) pen.fill();
  }

  const clear = (box, taken) =>
    !taken.some(
      (other) =>
        box.left < other.right + 4 &&
        box.right > other.left - 4 &&
        box.top < other.bottom + 4 &&
        box.bottom > other.top - 4,
    );

  const inside = (box) =>
    box.left > 0 && box.top > 0 && box.right < size.width && box.bottom < size.height;

  /**
   * Give each theme, the largest first, a central picture at its place and its name beside it, as
   * far as there is room; then more pictures wherever they hide nothing.
   */
  function furnish() {
    const taken = [];
    pictured = [];
    const long = Math.min(132, Math.max(36, size.width / 21) * eye.scale ** 0.35);
    for (const link of labels.children) link.hidden = true;
    const unnamed = [];
    themes.forEach((theme, place) => {
      const picture = map.central[place]
        .slice(0, FIRST_CHOICES)
        .map((work) => frame(work, long))
        .find((box) => box && clear(box, taken));
      if (picture) {
        taken.push(picture);
        pictured.push(picture);
      }
      if (!name(place, picture, taken)) unnamed.push(place);
    });
    for (const place of unnamed) name(place, null, taken);
    for (let rank = 0; rank < map.deepest && pictured.length < MOST_PICTURES; rank += 1) {
      for (const own of map.central) {
        const box = rank < own.length ? frame(own[rank], long * 0.8) : null;
        if (!box || !clear(box, taken)) continue;
        taken.push(box);
        pictured.push(box);
      }
    }
    pictured.forEach(paint);
    pen.globalAlpha = 1;
  }

  /** The box of a work's picture at its place, or null where that is out of sight. */
  function frame(work, long) {
    const [left, top] = toView(map.x[work], map.y[work]);
    const [source, width, height] = works[map.shown[work]].picture;
    const shrink = long / Math.max(width, height);
    const [wide, high] = [(width * shrink) / 2, (height * shrink) / 2];
    const box = { left: left - wide, top: top - high, right: left + wide, bottom: top + high };
    return inside(box) ? { ...box, work, source } : null;
  }

  /** Put a theme's name beside its picture, or else in the midst of its works, if there is room. */
  function name(place, picture, taken) {
    const link = labels.children[place];
    const centre = map.centres[place];
    if (!centre || !link.hidden) return true;
    const { width, height } = link.box;
    const [x, y] = toView(...centre);
    const places = picture
      ? [
          [(picture.left + picture.right) / 2, picture.bottom + height / 2 + 3],
          [(picture.left + picture.right) / 2, picture.top - height / 2 - 3],
          [picture.right + width / 2 + 4, (picture.top + picture.bottom) / 2],
          [picture.left - width / 2 - 4, (picture.top + picture.bottom) / 2],
        ]
      : [0, -1.1, 1.1].map((down) => [x, y + down * height]);
    for (const [across, down] of places) {
      const [left, top] = [across - width / 2, down - height / 2];
      const box = { left, top, right: left + width, bottom: top + height };
      if (!inside(box) || !clear(box, taken)) continue;
      taken.push(box);
      link.hidden = false;
      link.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
      return true;
    }
    return false;
  }

  function paint(box) {
    const image = load(box.source);
    if (!image.complete || !image.naturalWidth) return;
    const place = map.order.get(map.topic[box.work]);
    const [wide, high] = [box.right - box.left, box.bottom - box.top];
    pen.globalAlpha = lit === null || lit === place ? 1 : 0.25;
    pen.fillStyle = colours[place];
    pen.fillRect(box.left - 2, box.top - 2, wide + 4, high + 4);
    pen.drawImage(image, box.left, box.top, wide, high);
  }

  const images = new Map();
  function load(source) {
    if (!images.has(source)) {
      const image = new Image();
      image.addEventListener("load", redraw);
      image.src = source;
      images.set(source, image);
    }
    return images.get(source);
  }

  function redraw() {
    if (asked) return;
    asked = true;
    requestAnimationFrame(draw);
  }

  // Looking ----------------------------------------------------------------------------------

  function zoom(factor, left = size.width / 2, top = size.height / 2) {
    const [x, y] = toWorld(left, top);
    eye.scale = Math.min(NEAREST, Math.max(1, eye.scale * factor));
    const [nx, ny] = toWorld(left, top);
    move((nx - x) * -unit(), (ny - y) * -unit());
  }

  function move(right, down) {
    eye.x += right / unit();
    eye.y += down / unit();
    const keep = (value, extent) => Math.min(extent, Math.max(0, value));
    eye.x = eye.scale <= 1 ? map.width / 2 : keep(eye.x, map.width);
    eye.y = eye.scale <= 1 ? map.height / 2 : keep(eye.y, map.height);
    view.classList.toggle("near", eye.scale > 1);
    hover.hidden = true;
    redraw();
  }

  function all() {
    eye.scale = 1;
    move(0, 0);
  }

  function nearest(left, top) {
    const picture = pictured.find(
      (box) => left >= box.left && left <= box.right && top >= box.top && top <= box.bottom,
    );
    if (picture) return picture.work;
    const [x, y] = toWorld(left, top);
    return window.topicartMapData.nearest(map, x, y, 14 / unit());
  }

  const themeName = (topic) => themes[map.order.get(topic)]?.[1] ?? "In no theme";

  function tell(work, left, top) {
    hover.hidden = work === null;
    canvas.style.cursor = work === null ? "" : "pointer";
    if (work === null) return;
    hover.replaceChildren();
    const number = map.shown[work];
    const picture = number === undefined ? null : works[number].picture;
    if (picture) {
      const image = document.createElement("img");
      [image.src, image.width, image.height] = picture;
      image.alt = "";
      hover.append(image);
    }
    const by = [map.artists[map.artist[work]], map.date[work]].filter(Boolean).join(", ");
    for (const [text, kind] of [
      [map.title[work], "work-title"],
      [by, ""],
      [themeName(map.topic[work]), "muted"],
    ]) {
      if (!text) continue;
      const line = document.createElement("p");
      line.textContent = text;
      line.className = kind;
      line.dir = "auto";
      hover.append(line);
    }
    const { offsetWidth: width, offsetHeight: height } = hover;
    const x = left + 18 + width > size.width ? left - 18 - width : left + 18;
    const y = Math.min(Math.max(top - height / 2, 6), size.height - height - 6);
    hover.style.transform = `translate(${Math.round(Math.max(6, x))}px, ${Math.round(y)}px)`;
  }

  function openWork(work) {
    const number = map.shown[work];
    if (number !== undefined) window.topicartViewer.open(number);
    else {
      window.topicartViewer.openPlain({
        title: map.title[work],
        artist: map.artists[map.artist[work]],
        date: map.date[work],
        topic: map.topic[work],
        rank: -1,
      });
    }
  }

  // Hands ------------------------------------------------------------------------------------

  const fingers = new Map();
  let travelled = 0;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (!map) return;
    fingers.set(event.pointerId, at(event));
    if (fingers.size === 1) travelled = 0;
    if (event.pointerType === "mouse" || eye.scale > 1) canvas.setPointerCapture(event.pointerId);
  });

  canvas.addEventListener("pointermove", (event) => {
    if (!map) return;
    const now = at(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      tell(nearest(...now), ...now);
      return;
    }
    fingers.set(event.pointerId, now);
    const [right, down] = [now[0] - before[0], now[1] - before[1]];
    travelled += Math.hypot(right, down);
    if (fingers.size === 2) {
      const other = [...fingers].find(([id]) => id !== event.pointerId)[1];
      const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
      zoom(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (travelled > 4 && eye.scale > 1) {
      view.classList.add("dragging");
      move(-right, -down);
    }
  });

  const lift = (event) => {
    const was = fingers.delete(event.pointerId);
    view.classList.remove("dragging");
    if (!map || event.type !== "pointerup" || !was || travelled > 6) return;
    const now = at(event);
    const work = nearest(...now);
    if (work !== null) openWork(work);
  };
  canvas.addEventListener("pointerup", lift);
  canvas.addEventListener("pointercancel", lift);
  canvas.addEventListener("pointerleave", () => {
    hover.hidden = true;
  });
  canvas.addEventListener("dblclick", (event) => map && zoom(2, ...at(event)));
  canvas.addEventListener(
    "wheel",
    (event) => {
      // Without Ctrl the page scrolls on: a map must not catch who only passes by.
      if (!map || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0025)), ...at(event));
    },
    { passive: false },
  );
  canvas.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
    if (!map || event.ctrlKey || event.metaKey) return;
    if (steps[event.key] && eye.scale > 1) move(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else if (event.key === "0") all();
    else return;
    event.preventDefault();
  });
  view.querySelector(".controls").addEventListener("click", (event) => {
    const how = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (!map || !how) return;
    if (how === "all") all();
    else zoom(how === "in" ? 1.7 : 1 / 1.7);
  });

  // Beginning --------------------------------------------------------------------------------

  function measure() {
    const ratio = window.devicePixelRatio || 1;
    size = { width: canvas.clientWidth, height: canvas.clientHeight };
    canvas.width = Math.round(size.width * ratio);
    canvas.height = Math.round(size.height * ratio);
    const lines = document.createRange();
    for (const link of labels.children) {
      link.hidden = false;
      link.style.width = "";
      // A balanced name is narrower than the box that the browser gives it.
      lines.selectNodeContents(link);
      const width = Math.ceil(lines.getBoundingClientRect().width) + 6;
      link.style.width = `${width}px`;
      link.box = { width, height: link.offsetHeight };
    }
    redraw();
  }

  function start() {
    const aspect = canvas.clientWidth / Math.max(canvas.clientHeight, 1);
    map = window.topicartMapData.prepare(window.topicartMap, aspect);
    delete window.topicartMap;
    themes.forEach(([topic, title], place) => {
      const link = document.createElement("a");
      link.href = `#theme-${topic}`;
      link.dir = "auto";
      link.className = `t${topic % 64}`;
      link.textContent = title.length > 70 ? `${title.slice(0, 69)}…` : title;
      const light = (which) => () => {
        lit = which;
        redraw();
      };
      link.addEventListener("pointerenter", light(place));
      link.addEventListener("pointerleave", light(null));
      link.addEventListener("focus", light(place));
      link.addEventListener("blur", light(null));
      labels.append(link);
    });
    readColours();
    new ResizeObserver(measure).observe(canvas);
    measure();
    all();
  }

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", () => {
    readColours();
    redraw();
  });

  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      const script = document.createElement("script");
      script.src = view.dataset.source;
      script.addEventListener("load", start);
      document.head.append(script);
    },
    { rootMargin: "800px" },
  );
  near.observe(view);
})();
