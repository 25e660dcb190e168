// Which works pass: what the address asks for, as a mask over all works. Every view listens.
"use strict";

(() => {
  const { base, get, load, onState, filterPairs, set: setState, unpack } = window.topicart;
  const AT_ONCE = 6;
  const UNDATED = -32768;
  const listeners = [];
  // Of each key: the text that it was made for, and a promise of its mask.
  const masks = new Map();
  let current = { mask: null, n: total(), asked: "" };
  let settled = false;
  let turn = 0;

  function total() {
    return Number(document.querySelector(".filter")?.dataset.works ?? 0);
  }

  // Values in the address -------------------------------------------------------------------------

  /** Split the values of a facet: `|` stands between them; `\|` and `\\` are the letters. */
  function split(text) {
    const values = [""];
    for (const [part] of text.matchAll(/\\[\\|]|[^]/gu)) {
      if (part === "|") values.push("");
      else values[values.length - 1] += /^\\./.test(part) ? part[1] : part;
    }
    return values.filter(Boolean);
  }

  /** Return the values that a key of the filter asks for. */
  function values(key) {
    const text = get(key);
    if (!text) return [];
    if (key === "topic") {
      return text.split(",").filter((topic) => /^\s*-?\d+\s*$/.test(topic)).map(Number);
    }
    return key === "words" || key === "years" ? [text] : split(text);
  }

  /** Return what the address says of a key that asks for these values, as addresses.py writes it. */
  function joined(key, wanted) {
    const all = [wanted ?? []].flat().map(String);
    if (key === "topic") return all.join(",");
    if (key === "words" || key === "years") return all.join(" ");
    return all.map((value) => value.replace(/[\\|]/g, "\\$&")).join("|");
  }

  /** Ask for these values of a key; none or null takes the key away. Back undoes it if `push`. */
  const set = (key, wanted, push = true) => setState({ [key]: joined(key, wanted) }, push);

  /** Ask for a value of a facet (or a topic), or no longer. */
  function toggle(key, value) {
    const had = values(key);
    const kept = had.filter((one) => String(one) !== String(value));
    set(key, kept.length < had.length ? kept : [...had, value]);
  }

  /** Take the whole filter away. */
  function clear() {
    setState(Object.fromEntries(filterPairs().map(([key]) => [key, null])), true);
  }

  /** Return first and last year of `years=1880..1900`; an open end is infinite. */
  function span(text) {
    const [first, last] = text.split("..").map((year) => year.trim());
    const number = (year, open) => (year && Number.isFinite(Number(year)) ? Number(year) : open);
    return [number(first, -Infinity), number(last ?? first, Infinity)];
  }

  // Words -----------------------------------------------------------------------------------------

  const LETTERS = { ø: "o", ł: "l", đ: "d", ß: "ss", æ: "ae", œ: "oe", ı: "i" };

  /** Return text without case and accents. */
  const fold = (text) =>
    text
      .normalize("NFKD")
      .replace(/\p{Mn}/gu, "")
      .toLowerCase()
      .replace(/[øłđßæœı]/g, (letter) => LETTERS[letter]);

  const folded = new Map();

  async function foldedShard(number) {
    if (!folded.has(number)) {
      const { title, artist, date } = await load(`titles-${number}`);
      folded.set(number, title.map((text, at) => fold(`${text} ${artist[at]} ${date[at]}`)));
    }
    return folded.get(number);
  }

  /** Do a job for each of the first `many` numbers, a few at a time. */
  async function each(many, job) {
    let next = 0;
    const work = async () => {
      while (next < many) {
        next += 1;
        await job(next - 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async function wordsMask(told, text) {
    const words = fold(text).split(/\s+/).filter(Boolean);
    const mask = new Uint8Array(told.n);
    await each(Math.ceil(told.n / told.text), async (number) => {
      const lines = await foldedShard(number);
      lines.forEach((line, at) => {
        if (words.every((word) => line.includes(word))) mask[number * told.text + at] = 1;
      });
    });
    return mask;
  }

  // The other masks -------------------------------------------------------------------------------

  function topicMask(told, wanted) {
    const asked = new Set(wanted);
    return Uint8Array.from(told.topic, (topic) => (asked.has(topic) ? 1 : 0));
  }

  const years = cached(async () => {
    const told = await load("years");
    return { first: unpack(told.first, Int16Array), last: unpack(told.last, Int16Array) };
  });

  async function yearsMask(told, text) {
    const [from, to] = span(text);
    const { first, last } = await years();
    const passes = (year, row) => (year !== UNDATED && year <= to && last[row] >= from ? 1 : 0);
    return Uint8Array.from(first, passes);
  }

  const facets = new Map();

  /** Return a promise of a facet's values, their counts, and the codes of each work. */
  function facet(name) {
    if (!facets.has(name)) {
      const read = async () => {
        const told = await load(`facet-${name}`);
        const [sizes, codes] = [unpack(told.sizes, Uint8Array), unpack(told.codes, Uint32Array)];
        return { ...told, sizes, codes };
      };
      facets.set(name, read());
    }
    return facets.get(name);
  }

  async function facetMask(told, name, wanted) {
    const own = await facet(name);
    const asked = new Uint8Array(own.values.length);
    for (const value of wanted) {
      const code = own.values.indexOf(value);
      if (code >= 0) asked[code] = 1;
    }
    const mask = new Uint8Array(told.n);
    for (let row = 0, at = 0; row < told.n; row += 1) {
      for (const end = at + own.sizes[row]; at < end; at += 1) {
        if (asked[own.codes[at]]) mask[row] = 1;
      }
    }
    return mask;
  }

  function cached(make) {
    let made = null;
    return () => (made ??= make());
  }

  /** Return a promise of the mask of one key, or null if the key is none of ours. */
  function maskOf(told, key, text) {
    if (masks.get(key)?.text === text) return masks.get(key).mask;
    const wanted = values(key);
    let mask = null;
    if (key === "topic") mask = topicMask(told, wanted);
    else if (key === "years" && told.years) mask = yearsMask(told, text);
    else if (key === "words") mask = wordsMask(told, text);
    else if (told.facets.some(({ name }) => name === key)) mask = facetMask(told, key, wanted);
    masks.set(key, { text, mask });
    return mask;
  }

  /** Return a promise of the mask of all keys but one; null where nothing is asked for. */
  async function without(key = null) {
    const pairs = filterPairs().filter(([name]) => name !== key && values(name).length);
    if (!pairs.length) return null;
    const told = await base();
    const all = await Promise.all(pairs.map(([name, text]) => maskOf(told, name, text)));
    const [first, ...others] = all.filter(Boolean);
    if (!first) return null;
    const mask = Uint8Array.from(first);
    for (const other of others) for (let row = 0; row < mask.length; row += 1) mask[row] &= other[row];
    return mask;
  }

  // Listeners -------------------------------------------------------------------------------------

  function on(listener) {
    listeners.push(listener);
    if (settled) listener(current.mask, current.n);
  }

  const passing = (mask) => (mask ? mask.reduce((sum, one) => sum + one, 0) : total());

  onState(async () => {
    const asked = new URLSearchParams(filterPairs()).toString();
    if (settled && asked === current.asked) return;
    turn += 1;
    const own = turn;
    let mask = null;
    let failed = false;
    try {
      mask = asked ? await without() : null;
    } catch {
      // A file of the data is missing, which core.js has told: all works are shown.
      failed = true;
    }
    // Something newer was asked for meanwhile.
    if (own !== turn) return;
    current = { mask, n: passing(mask), asked, failed };
    settled = true;
    for (const listener of listeners) listener(current.mask, current.n);
  });

  window.topicart.filter = {
    on, set, toggle, clear, joined, values, without, facet, years, span, fold, each, UNDATED,
    get mask() {
      return current.mask;
    },
    /** Whether what is asked for could not be found out. */
    get failed() {
      return current.failed === true;
    },
  };
})();
