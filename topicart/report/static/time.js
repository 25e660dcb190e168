// The page of time: counts or shares, the order of the rows, and what passes the filter, drawn over
// the bars that were drawn when the site was made, in their own units.
"use strict";

(() => {
  const { base, counted, element, filter, get, number, onState, set, year } = window.topicart;
  const SVG = "http://www.w3.org/2000/svg";
  const GAP = 0.08;
  const HEIGHT = 40;
  const WIDTH = 1000;
  const whole = document.querySelector(".whole");
  const list = document.querySelector(".courses");
  const rows = [...(list?.children ?? [])];
  const start = Number(whole.dataset.start);
  const step = Number(whole.dataset.step);
  const nPeriods = Number(whole.dataset.periods);
  const keys = [...document.querySelectorAll(".key [data-key]")].map((item) => item.dataset.key);
  let passing = null; // Works by topic and period among those that pass, or null without a filter.
  let turn = 0;

  const shares = () => get("show") === "share";

  // Choices --------------------------------------------------------------------------------------

  function choices(key, options) {
    const box = document.querySelector(`[data-control="${key}"]`);
    if (!box) return;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", key === "show" ? "What the bars show" : "Order of the themes");
    const buttons = options.map(([value, name]) =>
      element("button", { type: "button", onclick: () => set({ [key]: value }) }, name));
    box.append(...buttons);
    onState(() => {
      const [fallback] = options[0];
      const now = options.some(([value]) => value === get(key)) ? get(key) : fallback;
      buttons.forEach((button, at) => button.setAttribute("aria-pressed", options[at][0] === now));
    });
  }

  function sortRows() {
    const by = get("sort");
    const place = (row) => (by === "size" ? -Number(row.dataset.size) : Number(row.dataset.row));
    const sorted = [...rows].sort((one, other) => place(one) - place(other));
    // Moving a focused link would take the focus away, so only a changed order moves anything.
    if (sorted.some((row, at) => list.children[at] !== row)) list.append(...sorted);
  }

  function showAs() {
    const now = shares() ? "share" : "count";
    for (const node of document.querySelectorAll("figure[data-show], .each-told [data-show]")) {
      node.hidden = node.dataset.show !== now;
    }
    list?.classList.toggle("as-shares", shares());
  }

  // Counting -------------------------------------------------------------------------------------

  async function count(mask) {
    const [{ topic }, { first }] = await Promise.all([base(), filter.years()]);
    const counts = new Map();
    const totals = new Array(nPeriods).fill(0);
    let dated = 0;
    for (let row = 0; row < mask.length; row += 1) {
      if (!mask[row] || topic[row] < -1 || first[row] === filter.UNDATED) continue;
      const period = Math.floor((first[row] - start) / step);
      if (!counts.has(topic[row])) counts.set(topic[row], new Array(nPeriods).fill(0));
      counts.get(topic[row])[period] += 1;
      totals[period] += 1;
      dated += 1;
    }
    return { counts, totals, dated };
  }

  const none = () => new Array(nPeriods).fill(0);
  const sum = (values) => values.reduce((all, value) => all + value, 0);

  /** Return the passing works of each layer of the stack, in the order of the layers. */
  function layers(found) {
    const made = new Map(keys.map((key) => [key, none()]));
    for (const [topic, counts] of found.counts) {
      const own = `t${topic}`;
      const key = topic < 0 ? "outside" : made.has(own) ? own : "others";
      counts.forEach((many, period) => { made.get(key)[period] += many; });
    }
    return made;
  }

  // Drawing --------------------------------------------------------------------------------------

  function shape(tag, attributes) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  /** Return the outline of one bar in each period from `low` to `high`, in units of the chart. */
  function outline(low, high, width, bottom, scale) {
    const wide = width / nPeriods;
    let text = "";
    for (let period = 0; period < nPeriods; period += 1) {
      const height = (high[period] - low[period]) * scale;
      if (height <= 0) continue;
      const left = ((period + GAP) * wide).toFixed(2);
      const top = (bottom - high[period] * scale).toFixed(2);
      const across = (wide * (1 - 2 * GAP)).toFixed(2);
      text += `M${left},${top}h${across}v${height.toFixed(2)}h${-across}Z`;
    }
    return text;
  }

  function drawStack(chart, share) {
    const bars = chart.querySelector(".bars");
    bars.querySelectorAll(".passing-bar").forEach((bar) => bar.remove());
    chart.classList.toggle("filtered", passing !== null);
    if (!passing) return;
    const height = Number(chart.dataset.height);
    const scale = height / Number(chart.dataset.top);
    const of = (many, period) => (share ? many / Math.max(passing.totals[period], 1) : many);
    let low = none();
    for (const [key, counts] of layers(passing)) {
      const high = low.map((value, period) => value + of(counts[period], period));
      const path = outline(low, high, Number(chart.dataset.width), height, scale);
      const tone = chart.querySelector(`.bars > .${key}`)?.getAttribute("class") ?? `bar ${key}`;
      bars.insertBefore(
        shape("path", { class: `${tone} passing-bar`, d: path }), bars.querySelector(".period"));
      low = high;
    }
  }

  function drawRow(row) {
    const chart = row.querySelector(".course");
    const told = row.querySelector(".passing");
    chart.querySelector(".passing-bar")?.remove();
    chart.classList.toggle("filtered", passing !== null);
    chart.classList.toggle("shares", shares());
    told.textContent = "";
    if (!passing) return;
    const counts = passing.counts.get(Number(row.dataset.topic)) ?? none();
    const passed = sum(counts);
    told.textContent = passed ? `${number.format(passed)} passing` : "none passing";
    const part = shares()
      ? counts.map((many, period) => many / Math.max(passing.totals[period], 1)) : counts;
    const top = shares() ? Math.max(...part) : Number(row.dataset.top);
    if (!top) return;
    const seen = part.map((value) => (value ? Math.max(value / top, 0.05) * 0.95 : 0));
    const bottom = HEIGHT * (Number(row.dataset.row) + 1);
    const path = outline(none(), seen, WIDTH, bottom, HEIGHT);
    chart.append(shape("path", { class: "bar passing-bar", d: path }));
  }

  function draw() {
    for (const figure of whole.querySelectorAll("figure")) {
      const share = figure.dataset.show === "share";
      for (const chart of figure.querySelectorAll(".chart")) {
        chart.classList.toggle("shares", share);
        drawStack(chart, share);
      }
    }
    rows.forEach(drawRow);
    const note = document.querySelector(".note-filtered");
    note.hidden = !passing;
    note.textContent = passing
      ? `${counted(passing.dated, "dated work")} pass the filter and are drawn strong; pale: all.`
      : "";
  }

  // Periods --------------------------------------------------------------------------------------

  /** Let each period be pointed at, and a click keep only its works. */
  function periods(chart) {
    const totals = [...document.querySelectorAll(".numbers tbody tr")];
    const told = new Map(totals.map((row) => {
      const [, first] = /years=(-?\d+)\.\./.exec(row.querySelector("a").dataset.page);
      return [Number(first), row.lastElementChild.textContent];
    }));
    const wide = Number(chart.dataset.width) / nPeriods;
    for (let period = 0; period < nPeriods; period += 1) {
      const first = start + period * step;
      if (!told.has(first)) continue;
      const asked = `${first}..${first + step - 1}`;
      const hit = shape("rect", {
        class: "period", x: (period * wide).toFixed(2), y: 0, width: wide.toFixed(2),
        height: chart.dataset.height,
      });
      const title = shape("title", {});
      title.textContent =
        `${year(first)}–${year(first + step - 1)}: ${told.get(first)} works. Click: only these`;
      hit.append(title);
      hit.addEventListener("click", () =>
        set({ years: get("years") === asked ? null : asked }, true));
      chart.querySelector(".bars").append(hit);
    }
  }

  choices("show", [["count", "Works"], ["share", "Share"]]);
  choices("sort", [["year", "By year"], ["size", "By size"]]);
  whole.querySelectorAll(".chart").forEach(periods);
  onState(() => {
    showAs();
    if (list) sortRows();
    draw();
  });
  filter.on(async (mask) => {
    const own = (turn += 1);
    const found = mask && await count(mask);
    if (own !== turn) return; // A later filter has overtaken this one.
    passing = found;
    draw();
  });
})();
