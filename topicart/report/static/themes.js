// The themes under a filter: how many works of each pass it, which cards stay, and their order.
// Without this script all is there, in the order of kinship.
"use strict";

(() => {
  const { base, counted, get, number, onState, set } = window.topicart;

  /** Return how many works of each topic pass, by topic, or null where nothing is filtered. */
  function countByTopic(topics, mask) {
    const passing = new Map();
    for (let row = 0; row < mask.length; row += 1) {
      if (mask[row]) passing.set(topics[row], (passing.get(topics[row]) ?? 0) + 1);
    }
    return passing;
  }

  function showCounts(passing) {
    for (const place of document.querySelectorAll(".in-filter")) {
      const many = passing?.get(Number(place.dataset.topic)) ?? 0;
      place.textContent = passing ? ` · ${number.format(many)} in the filter` : "";
    }
    // The way to the table takes the filter along: there are as many as pass.
    for (const place of document.querySelectorAll(".its-works")) {
      place.dataset.all ??= place.textContent;
      const many = passing?.get(Number(place.dataset.topic)) ?? 0;
      place.textContent = passing ? `${counted(many, "work")} of the filter` : place.dataset.all;
    }
  }

  /** Leave out the cards of which no work passes, and the halls that are then empty. */
  function leaveOutCards(passing, n) {
    const cards = [...document.querySelectorAll(".card[data-topic]")];
    if (!cards.length) return;
    for (const card of cards) {
      card.hidden = passing !== null && !passing.has(Number(card.dataset.topic));
    }
    leaveOutHalls();
    const left = cards.filter((card) => !card.hidden && card.dataset.topic !== "-1").length;
    const all = cards.filter((card) => card.dataset.topic !== "-1").length;
    document.querySelector(".passing")?.replaceChildren(
      passing === null ? "" : `${counted(n, "work")} in the filter, from ${number.format(left)} of ` +
        counted(all, "theme"),
    );
  }

  function leaveOutHalls() {
    for (const hall of document.querySelectorAll(".hall")) {
      hall.hidden = !hall.querySelector(".card:not([hidden])");
    }
  }

  /** Let the pictures of works that the filter leaves out step back. */
  function dimTiles(mask) {
    for (const tile of document.querySelectorAll("main [data-work]")) {
      tile.classList.toggle("left-out", mask !== null && !mask[Number(tile.dataset.work)]);
    }
  }

  let asked = 0;

  async function applyFilter(mask, n) {
    const own = (asked += 1);
    dimTiles(mask);
    let passing = null;
    if (mask) {
      const { topic } = await base();
      if (own !== asked) return;
      passing = countByTopic(topic, mask);
    }
    showCounts(passing);
    leaveOutCards(passing, n);
  }

  // Order --------------------------------------------------------------------------------------

  const home = new Map();  // where each card stands in the order of kinship

  const by = {
    size: (a, b) => Number(b.dataset.size) - Number(a.dataset.size),
    name: (a, b) => nameOf(a).localeCompare(nameOf(b), "en", { sensitivity: "base" }),
    time: (a, b) => yearOf(a) - yearOf(b),
  };

  const nameOf = (card) => card.querySelector(".card-name").textContent;
  const yearOf = (card) => (card.dataset.year ? Number(card.dataset.year) : Infinity);

  function order(key) {
    const flat = document.querySelector(".all-cards");
    const sorted = Object.hasOwn(by, key);
    const cards = [...home.keys()];
    if (sorted) {
      // Those of no theme come last in every order.
      const last = (card) => (card.dataset.topic === "-1" ? 1 : 0);
      cards.sort((a, b) => last(a) - last(b) || by[key](a, b) || 0);
      flat.append(...cards);
    } else {
      for (const card of cards) home.get(card).append(card);
    }
    flat.hidden = !sorted;
    document.querySelector(".halls").hidden = sorted;
    leaveOutHalls();
  }

  function offerOrders() {
    const select = document.getElementById("themes-order");
    if (!select) return;
    for (const card of document.querySelectorAll(".halls .card")) {
      home.set(card, card.parentElement);
    }
    select.addEventListener("change", () => set({ sort: select.value || null }));
    document.querySelector(".themes-tools").hidden = false;
    let shown = "";
    onState(() => {
      const key = get("sort") ?? "";
      if (key === shown) return;
      shown = key;
      select.value = Object.hasOwn(by, key) ? key : "";
      order(key);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    offerOrders();
    window.topicart.filter?.on?.(applyFilter);
  });
})();
