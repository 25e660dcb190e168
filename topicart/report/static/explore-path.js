// What a server adds to the dialog of a work: the works nearest to it, and the path from it to any
// other. The ends of a path stand in the address (`from`, `to`).
"use strict";

(() => {
  const { base, carryFilter, drawer, element, explore, get, load, onState, set } = window.topicart;
  const NEAREST = 12;
  const OTHERS = ["artist", "style", "century", "medium"];
  let walked = "";
  let turn = 0;

  async function title(row) {
    const told = await base();
    if (!(row < told.n)) return "an unknown work";
    const shard = await load(`titles-${Math.floor(row / told.text)}`);
    return shard.title[row % told.text] || "Untitled";
  }

  // Nearest works ---------------------------------------------------------------------------------

  /** Fill a list with the works nearest to one, in another artist (…) if `other` is given. */
  async function fill(list, said, row, other) {
    const query = new URLSearchParams({ work: row, k: NEAREST });
    if (other) query.set("other", other);
    const mine = `${row} ${other}`;
    list.dataset.asked = mine;
    said.textContent = "";
    try {
      const [told, found] = await Promise.all([base(), explore.ask(`nearest?${query}`)]);
      if (list.dataset.asked !== mine) return;
      list.replaceChildren(...found.rows.map((one) => drawer.tile(told, one.row)));
      if (!found.rows.length) said.textContent = "There is none.";
    } catch (error) {
      if (list.dataset.asked !== mine) return;
      list.replaceChildren();
      said.textContent = error.message;
    }
  }

  function choices(facets, choose) {
    const names = OTHERS.filter((name) => facets.some((facet) => facet.name === name));
    const buttons = ["", ...names].map((name) =>
      element("button", {
        type: "button",
        "aria-pressed": String(!name),
        onclick: (event) => {
          for (const one of buttons) one.setAttribute("aria-pressed", "false");
          event.currentTarget.setAttribute("aria-pressed", "true");
          choose(name);
        },
      }, name ? `Another ${name}` : "Any"));
    return element("div", { className: "explore-others", role: "group",
      "aria-label": "Which works" }, ...buttons);
  }

  /** Offer the nearest work in each style, century, …: a list of the facets there are. */
  function across(facets, row) {
    const choose = element("select", {
      className: "explore-across",
      "aria-label": "Nearest in each …",
      onchange: () => choose.value && window.topicart.viewer.leave({
        like: row, each: choose.value, towards: null, seek: null, from: null, to: null,
      }),
    }, element("option", { value: "" }, "Nearest in each …"),
    ...facets.map(({ name }) => element("option", { value: name }, explore.label(name))));
    return choose;
  }

  async function fillSlot({ row, slot }) {
    const told = await base();
    if (Number(get("work")) !== row) return;
    const list = element("ol", { className: "explore-nearest" });
    const said = element("p", { className: "small", role: "status" });
    const button = (text, onclick) => element("button", { type: "button", onclick }, text);
    slot.replaceChildren(
      element("h3", {}, "Nearest works"),
      choices(told.facets, (other) => fill(list, said, row, other)),
      across(told.facets, row),
      list,
      said,
      element("p", { className: "work-links" },
        button("More like this", () =>
          window.topicart.viewer.leave({
            like: row, each: null, towards: null, seek: null, from: null, to: null,
          })),
        button("Path from here to …", () => window.topicart.viewer.leave({ from: row, to: null })),
      ),
    );
    fill(list, said, row, "");
  }

  document.addEventListener("topicart:work", (event) => fillSlot(event.detail));

  // Paths -----------------------------------------------------------------------------------------

  async function walk(from, to) {
    turn += 1;
    const mine = turn;
    drawer.sayPath("A path between two works", "Searching …");
    try {
      const [found, start, end] = await Promise.all([
        explore.ask(`path?${new URLSearchParams({ from, to })}`),
        title(Number(from)),
        title(Number(to)),
      ]);
      if (mine !== turn) return;
      const steps = found.rows.length - 1;
      const said = steps
        ? `${steps} ${steps === 1 ? "step" : "steps"}, each to a near neighbour; straight, the ` +
          `two are ${Math.round(found.direct)}° apart. The smaller the angle, the more alike.`
        : "Both ends are the same work.";
      await drawer.showPath(`From “${start}” to “${end}”`, said, found.rows);
      drawer.light(found.rows.map(({ row }) => row));
      carryFilter();
    } catch (error) {
      if (mine === turn) drawer.sayPath("A path between two works", error.message);
    }
  }

  async function choose(from) {
    turn += 1;
    const mine = turn;
    const name = await title(Number(from));
    if (mine === turn) {
      drawer.sayPath(`From “${name}” to …`, "Click any work to see the path to it.");
    }
  }

  onState(() => {
    const [from, to, work] = [get("from"), get("to"), get("work")];
    if (from !== null && to === null && work !== null && work !== from) {
      // The work that was clicked is where the path ends: it is not to be opened.
      queueMicrotask(() => set({ to: work, work: null }));
      return;
    }
    const asked = from === null ? "" : `${from} ${to}`;
    if (asked === walked) return;
    walked = asked;
    if (from === null) {
      turn += 1;
      drawer.hidePath();
      drawer.light(null);
    } else if (to === null) choose(from);
    else walk(from, to);
  });

  // The work of the address was opened before this script was there.
  const slot = document.querySelector("#work[open] .slot");
  if (slot && get("work") !== null) fillSlot({ row: Number(get("work")), slot });
})();
