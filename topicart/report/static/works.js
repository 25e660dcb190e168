// All works that pass the filter, as a table that sorts. However many there are, only the rows in
// view exist, and only the texts of rows in view are loaded.
"use strict";

(() => {
  const { base, element, filter, get, load, miniature, number, onState, set, unpack } =
    window.topicart;
  const BEYOND = 8;
  const PAUSE_MS = 60;
  const IDLE_MS = 1500;
  const PRINTED = 500;
  const COLUMNS = [
    { key: "title", name: "Title" },
    { key: "artist", name: "Artist" },
    { key: "date", name: "Date" },
    { key: "theme", name: "Theme" },
    { key: "certainty", name: "Certainty" },
  ];
  const PICTURE = [64, 48];

  const place = document.getElementById("works-table");
  const body = element("div", { role: "rowgroup", className: "works-body" });
  const headRow = element("div", { role: "row", "aria-rowindex": "1", className: "works-row" });
  const grid = element(
    "div",
    { role: "grid", tabindex: "0", "aria-label": "Works", className: "works-grid" },
    element("div", { role: "rowgroup", className: "works-titles" }, headRow),
    body,
  );
  const drawn = new Map();
  const texts = new Map();
  let told = null;
  let columns = COLUMNS;
  let rows = new Uint32Array(0);
  let activeAt = 0;
  let waiting = 0;
  let idle = 0;
  let printing = false;
  let turn = 0;

  // Order -----------------------------------------------------------------------------------------

  const orders = new Map();
  const certainty = () => load("certainty").then((own) => unpack(own.probability, Uint8Array));

  const numbered = (n) => Uint32Array.from({ length: n }, (_, row) => row);

  /** Return all rows by their numbers, those without one last either way; equal ones as they were. */
  function sorted(numbers, down) {
    const keys = down ? numbers.map((one) => -one) : numbers;
    for (let row = 0; row < keys.length; row += 1) if (Number.isNaN(keys[row])) keys[row] = 1e9;
    return numbered(keys.length).sort((a, b) => keys[a] - keys[b] || a - b);
  }

  function themePlaces() {
    const names = [...told.topics].sort((a, b) => a.name.localeCompare(b.name));
    const at = new Map(names.map(({ id }, order) => [id, order]));
    return Float64Array.from(told.topic, (topic) => at.get(topic) ?? NaN);
  }

  async function makeOrder(key, down) {
    if (key === "title" || key === "artist") {
      const { rows, blank } = await load(`order-${key}`);
      const listed = unpack(rows, Uint32Array);
      // Works without one stand last either way.
      if (down) listed.subarray(0, listed.length - blank).reverse();
      return listed;
    }
    if (key === "date" && told.years) {
      const { first } = await filter.years();
      const year = (one) => (one === filter.UNDATED ? NaN : one);
      return sorted(Float64Array.from(first, year), down);
    }
    if (key === "theme") return sorted(themePlaces(), down);
    if (key === "certainty" && told.sure) {
      const sure = (one, row) => (told.topic[row] < 0 ? NaN : one);
      return sorted(Float64Array.from(told.sure, sure), down);
    }
    return numbered(told.n);
  }

  function order(key, down) {
    const name = `${key} ${down}`;
    if (!orders.has(name)) orders.set(name, makeOrder(key, down));
    return orders.get(name);
  }

  /** Return the key that the address asks for, and whether the other way round. */
  function asked() {
    const text = get("sort") ?? "";
    const down = text.startsWith("-");
    const key = down ? text.slice(1) : text;
    return { key: columns.some((column) => column.key === key) ? key : "", down };
  }

  async function arrange() {
    turn += 1;
    const own = turn;
    const { key, down } = asked();
    const all = await order(key, down);
    if (own !== turn) return;
    const mask = filter.mask;
    rows = mask ? all.filter((row) => mask[row]) : all;
    activeAt = 0;
    forget();
    showHead(key, down);
    draw();
  }

  // Rows ------------------------------------------------------------------------------------------

  function forget() {
    for (const line of drawn.values()) line.remove();
    drawn.clear();
    grid.setAttribute("aria-rowcount", String(rows.length + 1));
    const many = number.format(rows.length);
    document.querySelector(".works-count").textContent =
      rows.length === told.n ? `${many} works.` : `${many} of ${number.format(told.n)} works.`;
    document.querySelector(".works-printed").textContent =
      rows.length > PRINTED
        ? `The first ${PRINTED} of ${many} works. All of them are in works.csv.`
        : "";
  }

  const rowHeight = () => parseFloat(getComputedStyle(place).getPropertyValue("--row"));
  const headBottom = () => headRow.getBoundingClientRect().bottom;

  function span() {
    if (printing) return [0, Math.min(rows.length, PRINTED)];
    const height = rowHeight();
    const above = -body.getBoundingClientRect().top;
    const first = Math.floor(above / height) - BEYOND;
    const last = Math.ceil((above + window.innerHeight) / height) + BEYOND;
    return [Math.max(first, 0), Math.min(Math.max(last, 0), rows.length)];
  }

  const cell = (name, ...content) =>
    element("div", { role: "gridcell", className: `cell-${name}` }, ...content);

  function themeOf(row) {
    const topic = told.topics.find(({ id }) => id === told.topic[row]);
    if (!topic) return element("span", { className: "muted" }, "none");
    const page = `theme-${topic.id}.html`;
    return element("a", { href: page, "data-page": page, dir: "auto", tabindex: "-1" }, topic.name);
  }

  function line(at) {
    const row = rows[at];
    const made = element("div", {
      role: "row",
      id: `row-${at}`,
      className: "works-row",
      "data-work": String(row),
      "aria-rowindex": String(at + 2),
    });
    made.style.top = `${at * rowHeight()}px`;
    fill(made, row);
    return made;
  }

  function fill(made, row) {
    const shard = texts.get(Math.floor(row / told.text));
    const of = (column) => shard?.[column][row % told.text] ?? "";
    const title = element("a", { href: `#work=${row}`, tabindex: "-1", dir: "auto" },
      shard ? of("title") || "Untitled" : "…");
    const by = [of("artist"), of("date")].filter(Boolean).join(", ");
    made.classList.toggle("empty", !shard);
    made.replaceChildren(
      cell("picture", miniature(told, row, ...PICTURE)),
      cell("title", title, element("bdi", { className: "under-title", "aria-hidden": "true" }, by)),
      cell("artist", element("bdi", {}, of("artist"))),
      cell("date", of("date")),
      cell("theme", themeOf(row)),
      ...(told.sure ? [cell("certainty", sure(row))] : []),
    );
  }

  function sure(row) {
    return told.topic[row] < 0 ? "" : `${Math.round((told.sure[row] / 255) * 100)}%`;
  }

  function draw() {
    if (!told) return;
    const [first, last] = span();
    body.style.height = printing ? "auto" : `${rows.length * rowHeight()}px`;
    for (const [at, made] of drawn) {
      if (at >= first && at < last) continue;
      made.remove();
      drawn.delete(at);
    }
    for (let at = first; at < last; at += 1) {
      if (drawn.has(at)) continue;
      const made = line(at);
      drawn.set(at, made);
      // In the order of the table, for who reads it in the order of the document.
      const next = drawn.get(at + 1);
      if (next) body.insertBefore(made, next);
      else body.append(made);
    }
    markActive();
    clearTimeout(waiting);
    waiting = setTimeout(() => tryTexts([...drawn.keys()]), PAUSE_MS);
    clearTimeout(idle);
    idle = setTimeout(() => tryTexts([...rows.subarray(0, PRINTED).keys()]), IDLE_MS);
  }

  // The bar tells of a file that is missing; its rows stay without words.
  const tryTexts = (places) => loadTexts(places).catch(() => {});

  /** Load the texts of rows of the table that are not there yet, and show them. */
  async function loadTexts(places) {
    const missing = new Set(places.map((at) => Math.floor(rows[at] / told.text)));
    const wanted = [...missing].filter((shard) => !texts.has(shard));
    await filter.each(wanted.length, async (number) => {
      texts.set(wanted[number], await load(`titles-${wanted[number]}`));
      for (const [at, made] of drawn) {
        if (Math.floor(rows[at] / told.text) === wanted[number]) fill(made, rows[at]);
      }
    });
  }

  // Heads -----------------------------------------------------------------------------------------

  function showHead(key, down) {
    headRow.replaceChildren(
      element("div", { role: "columnheader", className: "cell-picture" },
        element("span", { className: "unseen" }, "Picture")),
      ...columns.map((column) => {
        const own = column.key === key;
        const sort = own ? (down ? "descending" : "ascending") : "none";
        return element(
          "div",
          { role: "columnheader", className: `cell-${column.key}`, "aria-sort": sort },
          element("button", { type: "button", "data-sort": column.key }, column.name,
            element("span", { "aria-hidden": "true" }, own ? (down ? " ↓" : " ↑") : "")),
        );
      }),
    );
  }

  headRow.addEventListener("click", (event) => {
    const wanted = event.target.closest("[data-sort]")?.dataset.sort;
    if (!wanted) return;
    const { key, down } = asked();
    // Once up, once down, then as the collection has them.
    set({ sort: key !== wanted ? wanted : down ? null : `-${wanted}` });
  });

  // Keys ------------------------------------------------------------------------------------------

  function markActive() {
    for (const [at, made] of drawn) made.classList.toggle("active", at === activeAt);
    if (drawn.has(activeAt)) grid.setAttribute("aria-activedescendant", `row-${activeAt}`);
    else grid.removeAttribute("aria-activedescendant");
  }

  function reveal(at) {
    const top = body.getBoundingClientRect().top + at * rowHeight();
    const bottom = top + rowHeight();
    if (top < headBottom()) window.scrollBy({ top: top - headBottom(), behavior: "instant" });
    else if (bottom > window.innerHeight) {
      window.scrollBy({ top: bottom - window.innerHeight, behavior: "instant" });
    }
  }

  function step(key) {
    const page = Math.max(Math.floor((window.innerHeight - headBottom()) / rowHeight()) - 1, 1);
    return { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[key];
  }

  grid.addEventListener("keydown", (event) => {
    if (event.target !== grid || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" && rows.length) {
      window.topicart.viewer.open(rows[activeAt], rows);
      return;
    }
    const by = step(event.key);
    if (by === undefined) return;
    event.preventDefault();
    activeAt = Math.min(Math.max(activeAt + by, 0), rows.length - 1);
    reveal(activeAt);
    draw();
  });

  // Paper -----------------------------------------------------------------------------------------

  function print(on) {
    if (printing === on) return;
    printing = on;
    draw();
  }

  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  matchMedia("print").addEventListener("change", (event) => print(event.matches));

  // Set up ----------------------------------------------------------------------------------------

  async function start() {
    told = await base();
    if (told.topics.length) told.sure = await certainty();
    columns = COLUMNS.filter(
      ({ key }) => (key !== "certainty" || told.sure) && (key !== "date" || told.years),
    );
    place.classList.toggle("with-certainty", Boolean(told.sure));
    place.listedRows = () => rows;
    place.append(grid);
    let sort = get("sort");
    onState(() => {
      if (sort === get("sort")) return;
      sort = get("sort");
      arrange();
    });
    filter.on(arrange);
    let frame = 0;
    const later = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(draw);
    };
    window.addEventListener("scroll", later, { passive: true });
    window.addEventListener("resize", () => {
      forget();
      later();
    });
  }

  start();
})();
