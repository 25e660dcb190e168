// The filter in the bar: a field for words, what is asked for as chips that take it away again, and
// how many works pass.
"use strict";

(() => {
  const { base, element, filter, filterPairs, get, number, onState, onTrouble, year } = window.topicart;
  const PAUSE_MS = 200;
  const bar = document.querySelector(".filter");
  const active = document.querySelector(".filter-active");
  const button = bar.querySelector(".filter-button");
  const said = element("p", { className: "unseen", role: "status" });
  const printed = element("p", { className: "filter-printed" });
  const trouble = element("p", { className: "filter-trouble", role: "alert", hidden: true });
  const all = Number(bar.dataset.works);

  // Words -----------------------------------------------------------------------------------------

  /** Let a field write the words of the filter, and show them. */
  function bindWords(field) {
    let waiting = 0;
    const write = () => {
      clearTimeout(waiting);
      // Each pause in typing is no step that Back should undo.
      filter.set("words", field.value.trim(), false);
    };
    field.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(write, PAUSE_MS);
    });
    field.addEventListener("change", write);
    onState(() => {
      const words = get("words") ?? "";
      // Who is typing keeps a space at the end.
      if (field.value.trim() !== words) field.value = words;
    });
  }

  // What is asked for -----------------------------------------------------------------------------

  function spanInWords(text) {
    const [first, last] = filter.span(text);
    if (first === last) return year(first);
    if (first === -Infinity) return last === Infinity ? text : `until ${year(last)}`;
    return last === Infinity ? `from ${year(first)}` : `${year(first)}–${year(last)}`;
  }

  function topicInWords(told, topic) {
    if (topic === -1) return "In no theme";
    if (topic === -2) return "Took no part";
    return told.topics.find(({ id }) => id === topic)?.name ?? `theme ${topic}`;
  }

  /** Return what the filter asks for: [{key, value, kind, label}], one for each value. */
  async function asked() {
    const pairs = filterPairs();
    if (!pairs.length) return [];
    const told = await base();
    const known = new Set(told.facets.map(({ name }) => name));
    return pairs.flatMap(([key]) =>
      filter.values(key).map((value) => {
        if (key === "topic") return { key, value, kind: "Theme", label: topicInWords(told, value) };
        if (key === "years") return { key, value, kind: "Years", label: spanInWords(value) };
        if (key === "words") return { key, value, kind: "Words", label: `“${value}”` };
        return { key, value, kind: known.has(key) && kindOf(key), label: value };
      }),
    ).filter(({ kind }) => kind);
  }

  /** Return what one value of a facet is: "Style". */
  const kindOf = (facet) => facet[0].toUpperCase() + facet.slice(1).replaceAll("_", " ");

  function takeAway({ key, value }) {
    if (key === "words" || key === "years") filter.set(key, null);
    else filter.toggle(key, value);
  }

  function chip(wish) {
    return element(
      "button",
      {
        type: "button",
        className: "chip",
        "aria-label": `Remove ${wish.kind}: ${wish.label}`,
        // The chip goes; who used the keyboard goes on from the next.
        onclick: (event) => {
          const next = event.currentTarget.nextElementSibling;
          takeAway(wish);
          (next?.isConnected && next.checkVisibility?.() !== false ? next : button).focus();
        },
      },
      element("span", { className: "chip-kind" }, wish.kind),
      element("bdi", {}, wish.label),
      element("span", { className: "chip-cross", "aria-hidden": "true" }, "×"),
    );
  }

  const counts = (n) => `${number.format(n)} of ${number.format(all)} works`;
  const told = (n) =>
    filter.failed ? `The filter cannot be applied: all ${number.format(all)} works are shown` : counts(n);

  async function show(mask, n) {
    // Without the names of the themes there is still something to take away.
    const wishes = await asked().catch(() => []);
    // The filter may have gone on while the names were loaded.
    if (mask !== filter.mask) return;
    active.hidden = !wishes.length && !filter.failed;
    button.textContent = wishes.length ? `Filter (${wishes.length})` : "Filter";
    document.body.classList.toggle("filtered", wishes.length > 0);
    const clear = () => {
      filter.clear();
      button.focus();
    };
    active.replaceChildren(
      element("span", { className: "filter-count" }, told(n)),
      ...wishes.map(chip),
      element("button", { type: "button", className: "filter-clear", onclick: clear }, "Clear all"),
    );
    if (filter.failed) said.textContent = `${told(n)}.`;
    else said.textContent = wishes.length ? `${counts(n)} pass the filter.` : `All ${counts(n)}.`;
    printed.textContent = wishes.length ? sentence(wishes, n) : "";
  }

  function sentence(wishes, n) {
    const kinds = new Map();
    for (const { kind, label } of wishes) kinds.set(kind, [...(kinds.get(kind) ?? []), label]);
    const parts = [...kinds].map(([kind, labels]) => `${kind}: ${labels.join(" or ")}`);
    return `Filtered by ${parts.join("; ")} – ${told(n)}.`;
  }

  // Set up ----------------------------------------------------------------------------------------

  const words = bar.querySelector(".filter-words");
  words.hidden = false;
  button.hidden = false;
  bindWords(words);
  document.body.append(said);
  active.after(trouble);
  document.getElementById("main").prepend(printed);
  onTrouble((text) => {
    trouble.append(element("span", {}, `${text} `));
    trouble.hidden = false;
  });
  filter.on(show);

  // Panels and maps stand below the bar, however many lines it has.
  const header = document.querySelector(".bar-nav");
  new ResizeObserver(() => {
    document.documentElement.style.setProperty("--bar", `${header.offsetHeight}px`);
  }).observe(header, { box: "border-box" });

  Object.assign(filter, { bindWords, kindOf, topicInWords });
})();
