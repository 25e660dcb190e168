// One work, large: the dialog that `work=ROW` in the address opens on every page. Opened from any
// picture; Back closes it; the arrows walk through the list that it was opened from.
"use strict";

(() => {
  const { element, get, number, onState, set, base } = window.topicart;
  const dialog = document.getElementById("work");
  const part = (selector) => dialog.querySelector(selector);
  let among = [];
  let shown = null;
  // Whether this page put the entry into the history that Back would take away.
  let pushed = false;
  // The event that tells of closing comes later, when another work may already be asked for.
  let shutting = false;

  // Opening and closing ---------------------------------------------------------------------------

  /** Open a work; `list` are the rows to walk through. */
  function open(row, list = []) {
    among = list.includes(row) ? list : [];
    pushed ||= !dialog.open;
    set({ work: row }, !dialog.open);
  }

  function shut() {
    if (!dialog.open) return;
    shutting = true;
    dialog.close();
  }

  function close() {
    if (!get("work")) shut();
    else if (pushed) history.back();
    else set({ work: null });
  }

  /** Return the list that it was opened from, or for a link the table that this page shows. */
  function walked() {
    if (among.length) return among;
    return document.querySelector(".has-rows")?.listedRows?.() ?? [];
  }

  function go(step) {
    const list = walked();
    const at = list.indexOf(shown);
    if (at < 0 || list.length < 2) return;
    set({ work: list[(at + step + list.length) % list.length] });
  }

  /** Return the rows of the pictures around an element, in their order. */
  function listAround(tile) {
    const rows = tile.closest(".has-rows")?.listedRows?.();
    if (rows) return rows;
    const around = tile.closest(".mosaic, ol, ul, section, main") ?? document;
    const all = [...around.querySelectorAll("[data-work]")].map((one) => Number(one.dataset.work));
    return [...new Set(all)];
  }

  async function follow() {
    const asked = get("work");
    const row = Number(asked);
    if (!/^\d{1,9}$/.test(asked ?? "")) {
      shown = null;
      pushed = false;
      shut();
      return;
    }
    if (row === shown) return;
    shown = row;
    const told = await base();
    if (row !== shown) return;
    if (row >= told.n) {
      set({ work: null });
      return;
    }
    if (!dialog.open) dialog.showModal();
    await window.topicart.tellWork(dialog, told, row, () => row === shown);
    place();
  }

  function place() {
    const list = walked();
    const at = list.indexOf(shown);
    const many = at >= 0 && list.length > 1;
    part(".place").textContent = many
      ? `${number.format(at + 1)} of ${number.format(list.length)}`
      : "";
    for (const step of ["-1", "1"]) part(`[data-go="${step}"]`).hidden = !many;
  }

  // What a reader does ----------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const tile = event.target.closest("[data-work]");
    if (!tile || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // A row may hold a link to somewhere else, such as its theme.
    const link = event.target.closest("a[data-page]");
    if (link && tile.contains(link)) return;
    event.preventDefault();
    const within = dialog.contains(tile);
    open(Number(tile.dataset.work), within ? among : listAround(tile));
  });

  dialog.addEventListener("click", (event) => {
    const to = event.target.closest("[data-go]")?.dataset.go;
    if (to === "close") close();
    else if (to) go(Number(to));
  });

  dialog.addEventListener("keydown", (event) => {
    if (event.target.closest("input, textarea, select")) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowRight") go(1);
    else if (event.key === "ArrowLeft") go(-1);
  });

  // Escape must leave the address as a click on × does.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  dialog.addEventListener("close", () => {
    if (shutting) shutting = false;
    else if (get("work")) close();
  });

  /** Close the work and go on with another state of the page, from which Back leads to before. */
  function leave(changes) {
    set({ ...changes, work: null }, !pushed);
  }

  /** Show where a work lies: on this page if it is the map, else on the map's page. */
  function mapLink(row) {
    return element(
      "a",
      {
        href: "index.html",
        "data-page": `index.html#at=work-${row}`,
        onclick: (event) => {
          if (!window.topicart.map?.go) return;
          event.preventDefault();
          leave({});
          window.topicart.map.go(row);
        },
      },
      "Show on the map",
    );
  }

  window.addEventListener("load", () => {
    const [, row] = /^work-(\d+)$/.exec(get("at") ?? "") ?? [];
    if (row) window.topicart.map?.go?.(Number(row));
  });

  window.topicart.viewer = { open, close, leave, mapLink };
  onState(() => {
    follow();
    place();
  });
})();
