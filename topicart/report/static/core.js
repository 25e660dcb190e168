// What every page shares: data that load when needed, the state in the address, and elements whose
// text is only ever text. Plain scripts under one name, `topicart`: a page on disk may neither
// fetch a file nor import a module.
"use strict";

window.topicart = (() => {
  // Data ---------------------------------------------------------------------------------------

  const shards = new Map();

  function shard(name) {
    if (!shards.has(name)) {
      const own = {};
      own.promise = new Promise((resolve, reject) => Object.assign(own, { resolve, reject }));
      shards.set(name, own);
    }
    return shards.get(name);
  }

  /** Called by the files in data/: hand over what the shard of this name holds. */
  function put(name, value) {
    shard(name).resolve(value);
  }

  /** Return a promise of what data/NAME.js holds; the file is read once. */
  function load(name) {
    const own = shard(name);
    if (!own.script) {
      own.script = document.createElement("script");
      own.script.src = `data/${name}.js`;
      own.script.addEventListener("error", () => {
        const error = new Error(`data/${name}.js is missing or damaged: make the site again.`);
        // Whoever waits for it may say nothing; the reader learns of it in any case.
        tellTrouble(error.message);
        own.reject(error);
      });
      document.head.append(own.script);
    }
    return own.promise;
  }

  const troubles = new Set();
  const troubled = [];

  function tellTrouble(text) {
    if (troubles.has(text)) return;
    troubles.add(text);
    for (const listener of troubled) listener(text);
  }

  /** Call a function with each thing that is wrong with the data, in words. */
  function onTrouble(listener) {
    troubled.push(listener);
    for (const text of troubles) listener(text);
  }

  /** Turn base64 into a typed array (little endian, as every browser's machine is). */
  function unpack(text, Kind) {
    const letters = atob(text);
    const bytes = new Uint8Array(letters.length);
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = letters.charCodeAt(at);
    return new Kind(bytes.buffer);
  }

  // State --------------------------------------------------------------------------------------

  // What belongs to one view; everything else in the address is the filter and goes along.
  const OF_THE_VIEW = new Set([
    "map", "colour", "work", "sort", "at", "from", "to", "like", "each", "towards", "seek", "show",
  ]);
  const listeners = [];
  let state = new URLSearchParams();
  let seen = null;

  function read() {
    const text = location.hash.slice(1);
    if (text.includes("=") || !text) state = new URLSearchParams(text);
    else {
      // A plain anchor (#contents) is a place on the page: the rest of the state stays.
      state.set("at", decoded(text));
      write("replaceState");
    }
    seen = location.hash;
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  function write(method) {
    const text = state.toString();
    const address = text ? `#${text}` : location.pathname + location.search;
    try {
      history[method](history.state, "", address);
    } catch {
      // Some browsers refuse many changes in a short time; the next one will be written.
    }
    seen = location.hash;
  }

  /** Return what the address says of a key, or null. */
  const get = (key) => state.get(key);

  /** Return the filter as [key, value] pairs. */
  const filterPairs = () => [...state].filter(([key]) => !OF_THE_VIEW.has(key));

  /** Change keys of the address (null takes one away); `push` makes Back undo it. */
  function set(changes, push = false) {
    const before = state.toString();
    for (const [key, value] of Object.entries(changes)) {
      if (value === null || value === undefined || value === "") state.delete(key);
      else state.set(key, String(value));
    }
    if (state.toString() === before) return;
    write(push ? "pushState" : "replaceState");
    announce();
  }

  /** Call a function with the state, now and whenever the address changes. */
  function onState(listener) {
    listeners.push(listener);
    listener(state);
  }

  function announce() {
    carryFilter();
    for (const listener of listeners) listener(state);
  }

  // Back tells both of the history and of the anchor: once is enough.
  function moved() {
    if (location.hash === seen) return;
    read();
    announce();
  }

  /** Let every link to another page of the site carry the filter. */
  function carryFilter(within = document) {
    const kept = filterPairs();
    for (const link of within.querySelectorAll("a[data-page]")) carry(link, kept);
  }

  function carry(link, kept) {
    const [page, anchor] = link.dataset.page.split("#");
    const own = new URLSearchParams(kept);
    if (anchor?.includes("=")) {
      for (const [key, value] of new URLSearchParams(anchor)) own.set(key, value);
    } else if (anchor) own.set("at", anchor);
    const text = own.toString();
    link.setAttribute("href", text ? `${page}#${text}` : page);
  }

  read();
  window.addEventListener("hashchange", moved);
  window.addEventListener("popstate", moved);
  // Links that a script made after the last change: right at the latest when they are used.
  for (const kind of ["pointerdown", "focusin", "click"]) {
    document.addEventListener(
      kind,
      (event) => {
        const link = event.target.closest?.("a[data-page]");
        if (link) carry(link, filterPairs());
      },
      true,
    );
  }

  // Elements -----------------------------------------------------------------------------------

  /**
   * Make an element. Children that are no elements become text; null and false are left out;
   * `on…` in the properties are listeners, `data-…`, `aria-…` and `role` attributes.
   */
  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === null || value === undefined || value === false) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (name in made && !name.includes("-")) made[name] = value;
      else made.setAttribute(name, value === true ? "" : value);
    }
    made.append(...children.flat().filter((child) => child !== false && (child ?? null) !== null));
    return made;
  }

  const number = new Intl.NumberFormat("en");

  /** Return a year as it is read: "1880", "500 BCE". */
  const year = (value) => (value > 0 ? String(value) : `${Math.max(-value, 1)} BCE`);

  // As many colours as palette.py gives to topics; then they come again.
  const TONES = 64;
  const tone = (topic) => topic % TONES;

  /** Return "1 work", "2,345 works". */
  const counted = (many, noun) => `${number.format(many)} ${noun}${many === 1 ? "" : "s"}`;

  document.addEventListener("DOMContentLoaded", () => {
    carryFilter();
    document.getElementById(get("at") ?? "")?.scrollIntoView();
  });

  return {
    put, load, unpack, onTrouble, get, set, onState, filterPairs, carryFilter, element, counted,
    number, year, TONES, tone,
  };
})();
