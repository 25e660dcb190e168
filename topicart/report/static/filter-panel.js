// The panel behind "Filter": themes, years and the values of every facet, each with the number of
// works that it would leave under the rest of the filter.
"use strict";

(() => {
  const { base, element, filter, number, year } = window.topicart;
  const MOST_SHOWN = 60;
  const FEW = 8;
  const BINS = 44;
  const panel = document.getElementById("filter-panel");
  const button = document.querySelector(".filter-button");
  // Of each open part: a function that shows what has changed.
  const refreshers = new Map();
  let built = null;

  // Values to choose ------------------------------------------------------------------------------

  async function topicChoices(told) {
    const values = told.topics.map(({ id, name, size }) => ({ value: id, label: name, all: size }));
    for (const none of [-1, -2]) {
      const all = told.topic.reduce((sum, topic) => sum + (topic === none ? 1 : 0), 0);
      if (all) values.push({ value: none, label: filter.topicInWords(told, none), all });
    }
    const place = new Map(values.map(({ value }, at) => [value, at]));
    const count = (mask) => {
      const counts = new Uint32Array(values.length);
      for (let row = 0; row < told.n; row += 1) {
        const at = place.get(told.topic[row]);
        if (at !== undefined && (!mask || mask[row])) counts[at] += 1;
      }
      return counts;
    };
    return { key: "topic", values, count };
  }

  async function facetChoices(told, name) {
    const own = await filter.facet(name);
    const values = own.values.map((value, at) => ({ value, label: value, all: own.counts[at] }));
    const count = (mask) => {
      const counts = new Uint32Array(values.length);
      for (let row = 0, at = 0; row < told.n; row += 1) {
        const end = at + own.sizes[row];
        if (!mask || mask[row]) for (let code = at; code < end; code += 1) counts[own.codes[code]] += 1;
        at = end;
      }
      return counts;
    };
    return { key: name, values, count };
  }

  /** Return which values to show: those that are chosen, then what matches and leaves works. */
  function picked(values, counts, chosen, words) {
    const of = values.map((value, at) => ({ ...value, n: counts[at] }));
    const is = (one) => chosen.has(String(one.value));
    const fits = (one) =>
      words ? filter.fold(one.label).includes(words) : counts.length <= FEW || one.n > 0;
    const others = of.filter((one) => !is(one) && fits(one));
    return {
      shown: [...of.filter(is), ...others.slice(0, MOST_SHOWN)],
      left: Math.max(others.length - MOST_SHOWN, 0),
    };
  }

  function choice(key, { value, label }, chosen) {
    const box = element("input", {
      type: "checkbox",
      checked: chosen.has(String(value)),
      onchange: () => filter.toggle(key, value),
    });
    const count = element("span", { className: "n" });
    return { value, box, count, line: element("li", {}, element("label", {}, box,
      element("bdi", { className: "choice-name" }, label), count)) };
  }

  /** Move among a search field and the boxes below it with the arrows. */
  function arrows(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...event.currentTarget.querySelectorAll("input")];
    const next = all[all.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** Fill a part with the values of a key; return a function that shows what has changed. */
  async function fillChoices(part, title, { key, values, count }) {
    const list = element("ul", { className: "choices", "aria-label": title });
    const told = element("p", { className: "small", role: "status" });
    const field = element("input", {
      type: "search",
      placeholder: `Search among ${number.format(values.length)}`,
      "aria-label": `Search: ${title}`,
      autocomplete: "off",
      oninput: () => listThem(),
    });
    field.hidden = values.length <= FEW;
    let counts = new Uint32Array(values.length);
    let lines = [];
    const chosen = () => new Set(filter.values(key).map(String));

    function listThem() {
      const { shown, left } = picked(values, counts, chosen(), filter.fold(field.value.trim()));
      lines = shown.map((one) => choice(key, one, chosen()));
      list.replaceChildren(...lines.map(({ line }) => line));
      told.textContent = left ? `${number.format(left)} more: search to see them.` : "";
      if (!shown.length) told.textContent = "Nothing matches.";
      showCounts();
    }

    function showCounts() {
      const of = new Map(values.map(({ value }, at) => [value, counts[at]]));
      for (const { value, box, count: shown, line } of lines) {
        const n = of.get(value);
        shown.textContent = number.format(n);
        box.checked = chosen().has(String(value));
        line.classList.toggle("none", n === 0);
      }
    }

    const recount = async () => {
      counts = count(await filter.without(key));
    };
    await recount();
    listThem();
    part.append(element("div", { className: "choosing", onkeydown: arrows }, field, list, told));
    return async () => {
      await recount();
      // Lines stay where they are under the reader's hand.
      showCounts();
    };
  }

  // Years -----------------------------------------------------------------------------------------

  function bars(first, last) {
    const space = "http://www.w3.org/2000/svg";
    const drawing = document.createElementNS(space, "svg");
    drawing.setAttribute("viewBox", `0 0 ${BINS} 20`);
    drawing.setAttribute("preserveAspectRatio", "none");
    drawing.setAttribute("class", "year-bars");
    drawing.setAttribute("aria-hidden", "true");
    const all = Array.from({ length: BINS }, (_, bin) => {
      const bar = document.createElementNS(space, "rect");
      bar.setAttribute("x", String(bin + 0.06));
      bar.setAttribute("width", "0.88");
      drawing.append(bar);
      return bar;
    });
    const wide = (last - first + 1) / BINS;
    const show = (counts, from, to) => {
      const most = Math.max(...counts, 1);
      all.forEach((bar, bin) => {
        const height = counts[bin] ? Math.max((counts[bin] / most) * 20, 0.6) : 0;
        bar.setAttribute("height", String(height));
        bar.setAttribute("y", String(20 - height));
        const start = first + bin * wide;
        bar.classList.toggle("in", start + wide > from && start <= to);
      });
    };
    const yearAt = (event) => {
      const box = drawing.getBoundingClientRect();
      const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.9999);
      return Math.floor(first + share * (last - first + 1));
    };
    return { drawing, show, yearAt, bin: (of) => Math.floor((of - first) / wide) };
  }

  /** Let a pointer drawn over the bars choose a span; for Back it is one step. */
  function draggable({ drawing, yearAt }, choose) {
    let start = null;
    let moved = false;
    drawing.addEventListener("pointerdown", (event) => {
      start = yearAt(event);
      moved = false;
      drawing.setPointerCapture(event.pointerId);
    });
    drawing.addEventListener("pointermove", (event) => {
      if (start === null) return;
      const now = yearAt(event);
      choose(Math.min(start, now), Math.max(start, now), !moved);
      moved = true;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      drawing.addEventListener(end, () => (start = null));
    }
  }

  async function fillYears(part, told) {
    const { first, last } = told.years;
    const dated = await filter.years();
    const chart = bars(first, last);
    const field = (label, open) =>
      element("input", {
        type: "number", "aria-label": label, min: first, max: last, placeholder: open,
        onchange: () => choose(from.value, to.value),
      });
    const from = field("From the year", first);
    const to = field("To the year", last);
    const choose = (low, high, push = true) =>
      filter.set("years", low === "" && high === "" ? null : [`${low}..${high}`], push);
    draggable(chart, choose);
    part.append(element("div", { className: "choosing" }, chart.drawing,
      element("p", { className: "year-fields" }, from, "–", to)));

    const refresh = async () => {
      const mask = await filter.without("years");
      const counts = new Array(BINS).fill(0);
      for (let row = 0; row < told.n; row += 1) {
        const first = dated.first[row];
        if (first !== filter.UNDATED && (!mask || mask[row])) counts[chart.bin(first)] += 1;
      }
      const [low, high] = filter.values("years").map(filter.span)[0] ?? [-Infinity, Infinity];
      chart.show(counts, low, high);
      from.value = Number.isFinite(low) ? low : "";
      to.value = Number.isFinite(high) ? high : "";
    };
    await refresh();
    return refresh;
  }

  // The panel -------------------------------------------------------------------------------------

  /** Make a part that is filled when it is first opened. */
  function part(key, title, told, fill) {
    const made = element("details", { className: "filter-part" },
      element("summary", {}, title, told ? element("span", { className: "n" }, told) : null));
    made.addEventListener("toggle", async () => {
      if (!made.open || refreshers.has(key)) return;
      refreshers.set(key, () => {});
      refreshers.set(key, await fill(made));
    });
    made.open = filter.values(key).length > 0;
    return made;
  }

  async function build() {
    const told = await base();
    const words = element("input", {
      type: "search", className: "panel-words", placeholder: "Words in title, artist, date",
      "aria-label": "Words in title, artist or date", autocomplete: "off",
    });
    filter.bindWords(words);
    const count = element("p", { className: "small filter-count" });
    filter.on((mask, n) => {
      const all = number.format(told.n);
      count.textContent = mask ? `${number.format(n)} of ${all} works` : `${all} works`;
    });
    const parts = [
      part("topic", "Themes", number.format(told.topics.length), async (made) =>
        fillChoices(made, "Themes", await topicChoices(told))),
    ];
    if (told.years) {
      const span = `${year(told.years.first)}–${year(told.years.last)}`;
      parts.push(part("years", "Years", span, (made) => fillYears(made, told)));
    }
    for (const { name, title, values } of told.facets) {
      parts.push(part(name, title, number.format(values), async (made) =>
        fillChoices(made, title, await facetChoices(told, name))));
    }
    panel.replaceChildren(
      element("div", { className: "panel-head" }, element("h2", {}, "Filter"), count,
        element("button", { type: "button", className: "panel-close", "aria-label": "Close the filter", onclick: close }, "×")),
      words,
      ...parts,
      element("button", { type: "button", className: "panel-done", onclick: close }, "Show the works"),
    );
  }

  async function open() {
    built ??= build();
    await built;
    const phone = matchMedia("(max-width: 46rem)").matches;
    if (!panel.open) panel[phone ? "showModal" : "show"]();
    button.setAttribute("aria-expanded", "true");
    panel.querySelector("summary").focus();
  }

  function close() {
    if (panel.open) panel.close();
  }

  panel.addEventListener("close", () => {
    button.setAttribute("aria-expanded", "false");
    // Who has gone on meanwhile is not called back.
    if (document.activeElement === document.body) button.focus();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    close();
  });
  button.addEventListener("click", () => (panel.open ? close() : open()));
  filter.on(() => {
    for (const refresh of refreshers.values()) refresh();
  });
})();
