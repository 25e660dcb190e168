// A facet's page: cells that lead to their works, rows in another order, and the numbers of those
// works that pass the filter.
"use strict";

(() => {
  const {
    base, carryFilter, counted, element, filter, get, number, onState, set,
  } = window.topicart;
  const SURE = 2;
  const FEWEST = 3;
  const box = document.querySelector(".matrix");
  const table = box.querySelector("table");
  const body = table.tBodies[0];
  const facet = table.dataset.facet;
  const heads = [...table.querySelectorAll("th[data-code]")];
  const codes = heads.map((head) => Number(head.dataset.code));
  const values = heads.map((head) => head.dataset.value);
  const inOrder = [...body.rows];
  const rows = inOrder.filter((row) => row.dataset.topic !== undefined);
  const overall = table.querySelector(".all");
  let recounted = false; // Whether numbers other than the page's own stand in the table.
  let said = null; // What the cells show, as `show` in the address.
  let turn = 0;

  // Cells ----------------------------------------------------------------------------------------

  const cellsOf = (row) => [...row.cells].slice(1);
  const nameOf = (row) => row.cells[0].querySelector("a").textContent;

  /** Return the address of the works of a theme that state a value. */
  function worksOf(row, column) {
    const asked = new URLSearchParams({ topic: row.dataset.topic });
    asked.set(facet, filter.joined(facet, [values[column]]));
    return `works.html#${asked}`;
  }

  /** Put a link around what a cell says; the page itself holds only numbers, to stay small. */
  function link(cell, row, column) {
    const told = cell.title || "no works";
    const page = worksOf(row, column);
    const inner = element("a", {
      href: page, "data-page": page, tabindex: "-1",
      "aria-label": `${values[column].slice(0, 80)} in ${nameOf(row)}: ${told}`,
    });
    inner.append(...cell.childNodes);
    cell.append(inner);
  }

  function links() {
    for (const row of rows) {
      cellsOf(row).forEach((cell, column) => {
        if (cell.firstChild) link(cell, row, column);
      });
    }
    body.querySelector("td a")?.setAttribute("tabindex", "0");
    carryFilter(body);
  }

  /** Arrows go from cell to cell: a table of thousands of links has one stop for the tab key. */
  function arrows(event) {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const from = event.target.closest("td");
    const by = steps[event.key];
    if (!from || !by) return;
    event.preventDefault();
    let row = from.parentElement.rowIndex + by[0];
    let column = from.cellIndex + by[1];
    for (; table.rows[row]?.cells[column] || table.rows[row]?.matches(".group-row");
      row += by[0], column += by[1]) {
      const next = table.rows[row].cells[column]?.querySelector("a");
      if (!next || column === 0) continue;
      from.querySelector("a").tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      return;
    }
  }

  // Order ----------------------------------------------------------------------------------------

  const shareIn = (row, column) => Number(row.cells[column + 1].dataset.share ?? 0);

  /** Offer the values of a key of the address; `now` tells which is in force. */
  function offer(key, label, options, now) {
    const place = document.querySelector(`[data-control="${key}"]`);
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", label);
    const buttons = options.map(([value, name]) =>
      element("button", { type: "button", onclick: () => set({ [key]: value }) }, name));
    place.append(...buttons);
    onState(() => buttons.forEach((button, at) =>
      button.setAttribute("aria-pressed", options[at][0] === now())));
  }

  function controls() {
    const grouped = inOrder.length > rows.length;
    offer("show", "What the cells show", [[null, "Share"], ["lift", "Times as often"]], shown);
    offer("sort", "Order of the themes",
      [[null, grouped ? "By group" : "As found"], ["size", "By size"]], sortedBy);
    heads.forEach((head, column) => {
      const asked = `c${codes[column]}`;
      const button = element("button", {
        type: "button", title: `Sort by ${values[column].slice(0, 80)}`,
        onclick: () => set({ sort: get("sort") === asked ? null : asked }),
      });
      button.append(...head.childNodes);
      head.append(button);
    });
    onState(() => {
      const now = sortedBy();
      heads.forEach((head, column) => {
        if (now === `c${codes[column]}`) head.setAttribute("aria-sort", "descending");
        else head.removeAttribute("aria-sort");
      });
      order(now);
      sayAll();
    });
  }

  const shown = () => (get("show") === "lift" ? "lift" : null);

  /** Let a cell say its share, or how many times as often as in the collection: its first text. */
  function say(cell) {
    const text = (cell.querySelector("a") ?? cell).firstChild;
    if (!text) return;
    const { share, lift } = cell.dataset;
    text.data = shown() ? `${often(Number(lift))}×` : percent(Number(share));
  }

  function sayAll() {
    if (said === shown()) return;
    said = shown();
    for (const row of rows) cellsOf(row).forEach(say);
    document.querySelector(".of-lift").hidden = !shown();
  }

  function sortedBy() {
    const asked = get("sort");
    return asked === "size" || codes.some((code) => asked === `c${code}`) ? asked : null;
  }

  function order(by) {
    let sorted = inOrder;
    if (by === "size") sorted = [...rows].sort((a, b) => b.dataset.size - a.dataset.size);
    else if (by) {
      const column = codes.indexOf(Number(by.slice(1)));
      sorted = [...rows].sort((a, b) => shareIn(b, column) - shareIn(a, column));
    }
    body.replaceChildren(...sorted);
  }

  // Counting among the works that pass -----------------------------------------------------------

  async function count(mask) {
    const [{ topic }, own] = await Promise.all([base(), filter.facet(facet)]);
    const { sizes, codes: all } = own;
    const column = new Int32Array(own.values.length).fill(-1);
    codes.forEach((code, at) => { column[code] = at; });
    const cells = new Map(rows.map((row) => [
      Number(row.dataset.topic), { stated: 0, works: new Array(codes.length).fill(0) },
    ]));
    for (let row = 0, at = 0; row < sizes.length; at += sizes[row], row += 1) {
      const found = sizes[row] && (!mask || mask[row]) && cells.get(topic[row]);
      if (!found) continue;
      found.stated += 1;
      for (let code = at; code < at + sizes[row]; code += 1) {
        if (column[all[code]] >= 0) found.works[column[all[code]]] += 1;
      }
    }
    return cells;
  }

  /** Return share, lift and step of colour, as crossing.py has them. */
  function judge(works, ofTopic, ofValue, ofAll) {
    const expected = (ofTopic * ofValue) / Math.max(ofAll, 1);
    if (!expected) return { share: 0, lift: 0, level: 0 };
    const spread = (expected * (1 - ofTopic / ofAll) * (1 - ofValue / ofAll) * ofAll)
      / Math.max(ofAll - 1, 1);
    const distance = spread > 0 ? (works - expected) / Math.sqrt(spread) : 0;
    const lift = works / expected;
    const made = { share: works / ofTopic, lift, level: 0 };
    if (Math.abs(distance) < SURE || (distance > 0 && works < FEWEST)) return made;
    const times = distance > 0 ? lift : 1 / Math.max(lift, 1e-9);
    made.level = (1 + (times >= 2) + (times >= 4)) * Math.sign(distance);
    return made;
  }

  const often = (lift) =>
    (lift && lift < 9.95 ? lift.toFixed(1) : number.format(Math.round(lift)));

  function percent(share) {
    if (share === 0) return "0";
    return share < 0.005 ? "<1%" : `${Math.floor(share * 100 + 0.5)}%`;
  }

  function fill(cell, row, column, works, stated, judged) {
    cell.replaceChildren();
    cell.className = judged.level ? `l${judged.level}` : "";
    cell.title = "";
    Object.assign(cell.dataset, { share: judged.share, lift: judged.lift });
    if (works) {
      cell.title = `${number.format(works)} of ${number.format(stated)} works, `
        + `${often(judged.lift)} times as often as in the collection`;
      cell.append(percent(judged.share), element("small", {}, number.format(works)));
    } else if (judged.level) {
      cell.title = `none of ${number.format(stated)} works`;
      cell.append("0");
    } else cell.removeAttribute("title");
    if (cell.firstChild) link(cell, row, column);
    say(cell);
  }

  function show(found, filtered) {
    const ofAll = [...found.values()].reduce((sum, own) => sum + own.stated, 0);
    const ofValue = codes.map((_, column) =>
      [...found.values()].reduce((sum, own) => sum + own.works[column], 0));
    for (const row of rows) {
      const own = found.get(Number(row.dataset.topic));
      row.cells[0].querySelector("small").textContent = number.format(own.stated);
      cellsOf(row).forEach((cell, column) => fill(cell, row, column, own.works[column], own.stated,
        judge(own.works[column], own.stated, ofValue[column], ofAll)));
    }
    overall.querySelector("small").textContent = number.format(ofAll);
    cellsOf(overall).forEach((cell, column) => {
      const share = ofAll ? ofValue[column] / ofAll : 0;
      cell.replaceChildren(percent(share), element("small", {}, number.format(ofValue[column])));
    });
    const note = document.querySelector(".note-filtered");
    note.hidden = !filtered;
    note.textContent = filtered
      ? `Counted among the ${counted(ofAll, "work")} that pass the filter and have such a record, ` +
        "here “the collection”."
      : "";
    body.querySelector("td a")?.setAttribute("tabindex", "0");
    carryFilter(body);
  }

  const worksIn = (cell) => Number(cell.querySelector("small")?.textContent.replaceAll(",", "") ?? 0);

  /** Note shares and lifts of the page as it came: what rows are sorted by, and cells say. */
  function readShares() {
    const ofAll = worksIn(overall.cells[0]);
    const ofValue = cellsOf(overall).map(worksIn);
    for (const row of rows) {
      const stated = worksIn(row.cells[0]);
      cellsOf(row).forEach((cell, column) => {
        const { share, lift } = judge(worksIn(cell), stated, ofValue[column], ofAll);
        Object.assign(cell.dataset, { share, lift });
      });
    }
  }

  readShares();
  links();
  controls();
  body.addEventListener("keydown", arrows);
  filter.on(async (mask) => {
    const own = (turn += 1);
    if (!mask && !recounted) return;
    const found = await count(mask);
    if (own !== turn) return; // A later filter has overtaken this one.
    recounted = true;
    show(found, mask !== null);
    order(sortedBy());
  });
})();
