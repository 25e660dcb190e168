// Search by words or by a picture, through the server of `topicart explore`. What is sought stands in
// the address (`seek`, `like`, with `each` a facet of whose values each one's nearest work is shown,
// and `towards` the words that it is turned to); a picture from this machine does not, for it is kept
// nowhere.
"use strict";

(() => {
  const { counted, drawer, element, filter, filterPairs, get, onState, set } = window.topicart;
  const FOUND = 60;
  const MOST = 500;
  const LARGEST = 20 * 2 ** 20;
  let sent = null;
  let shown = "";
  let turn = 0;

  // Asking ----------------------------------------------------------------------------------------

  /** Ask the server; what is wrong comes as an Error in plain words. */
  async function ask(address, options) {
    let answer;
    try {
      answer = await fetch(`api/${address}`, options);
    } catch {
      throw new Error("The server does not answer. Is `topicart explore` still running?");
    }
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    const { error, remedy } = told;
    throw new Error([error ?? "The server cannot answer this.", remedy].filter(Boolean).join(" "));
  }

  function yearsCondition(text) {
    const [first, last] = filter.span(text);
    const parts = [];
    if (first > -Infinity) parts.push(`date>=${Math.trunc(first)}`);
    if (last < Infinity) parts.push(`date<=${Math.trunc(last)}`);
    return parts;
  }

  /** Return the filter as the server's conditions; words are not among them. */
  async function conditions() {
    const { facets } = await window.topicart.base();
    const known = new Set(facets.map(({ name }) => name));
    return filterPairs().flatMap(([key, text]) => {
      if (key === "years") return yearsCondition(text);
      if (key === "topic") return [`topic=${filter.values(key).join("|")}`];
      return known.has(key) ? [`${key}=${text}`] : [];
    });
  }

  /** Ask for works that pass the filter: its facts by the server, its words here. */
  async function find(address, asked, options) {
    const words = get("words");
    const query = new URLSearchParams({ ...asked, k: words ? MOST : FOUND });
    for (const where of await conditions()) query.append("where", where);
    const [found, mask] = await Promise.all([
      ask(`${address}?${query}`, options),
      words ? filter.without() : null,
    ]);
    const rows = mask ? found.rows.filter(({ row }) => mask[row]) : found.rows;
    return { rows: rows.slice(0, asked.across ? MOST : FOUND), allowed: found.allowed, words,
      wordless: found.rows.length - rows.length, note: asked.across ? found.note : "" };
  }

  // What is sought --------------------------------------------------------------------------------

  function sought() {
    if (get("seek")) return { title: `Looks like “${get("seek")}”`, words: get("seek") };
    if (get("like")) {
      const [like, each, towards] = [get("like"), get("each"), get("towards")];
      return { title: "Works like this one", like, each, towards };
    }
    return sent ? { title: "Works like your picture", file: sent } : null;
  }

  function question({ words, like, each, towards, file }) {
    if (words) return find("search", { words });
    const turned = towards ? { towards } : {};
    if (like && each) return find("analogies", { work: like, across: each, ...turned });
    if (like) return find("nearest", { work: like, ...turned });
    const options = { method: "POST", body: file, headers: { "content-type": file.type } };
    return find("search-picture", {}, options);
  }

  function close() {
    sent = null;
    set({ seek: null, like: null, each: null, towards: null });
    follow();
  }

  function told({ rows, allowed, words, wordless, note }, each) {
    if (each) {
      const all = `${counted(rows.length, "value")} of ${label(each)}, the nearest work of each`;
      const hidden = wordless
        ? `Of ${counted(wordless, "more value")} the nearest work does not have the words. ` : "";
      return [`${all}, nearest first. ${hidden}${note ?? ""}`.trim()];
    }
    if (!rows.length && !words) return "No work that passes the filter has a picture to compare.";
    if (words) return `${counted(rows.length, "work")} among the ${MOST} most alike have the words.`;
    const all = counted(allowed, "work");
    return filterPairs().length
      ? `The nearest of ${all} that pass the filter, nearest first.`
      : `The nearest of ${all}, nearest first.`;
  }

  /** The address of the picture that was sent, to show it beside what was found. */
  function preview(file) {
    const address = URL.createObjectURL(file);
    const image = element("img", { className: "explore-sent", alt: "Your picture", src: address });
    const forget = () => URL.revokeObjectURL(address);
    image.addEventListener("load", forget);
    image.addEventListener("error", () => {
      forget();
      image.remove();
    });
    return image;
  }

  /** How a facet is called in a sentence. */
  const label = (facet) => facet.replaceAll("_", " ");

  /** A field for words that a work is turned to: this work, but as they say. */
  function turning(what) {
    const field = element("input", {
      type: "text", maxLength: 500, autocomplete: "off", enterKeyHint: "search",
      placeholder: "an engraving, by night, with people …", value: what.towards ?? "",
    });
    return element("form", {
      className: "explore-turn",
      onsubmit: (event) => {
        event.preventDefault();
        set({ towards: field.value.trim() || null }, true);
      },
    }, element("label", {}, "This, but as ", field));
  }

  async function heading({ title, like, each }) {
    if (!like) return title;
    const name = await own(Number(like));
    return each ? `Nearest to “${name}” in each ${label(each)}` : `Like “${name}”`;
  }

  async function own(like) {
    const { base, load } = window.topicart;
    const { text } = await base();
    const shard = await load(`titles-${Math.floor(like / text)}`);
    return shard.title[like % text] || "Untitled";
  }

  async function follow() {
    const what = sought();
    const asked = what
      ? JSON.stringify([what.words, what.like, what.each, what.towards, what.file?.name,
        what.file?.lastModified, filterPairs()])
      : "";
    if (asked === shown) return;
    shown = asked;
    turn += 1;
    const mine = turn;
    if (!what) {
      drawer.hide();
      if (!get("to")) drawer.light(null);
      return;
    }
    drawer.say(what.title, "Searching …", close);
    try {
      const [found, title] = await Promise.all([question(what), heading(what)]);
      if (mine !== turn) return;
      const said = what.file ? [preview(what.file), told(found)] : told(found, what.each);
      await drawer.show(title, said, found.rows, close, what.like ? turning(what) : null);
      if (!get("to")) drawer.light(found.rows.map(({ row }) => row));
    } catch (error) {
      if (mine === turn) drawer.say(what.title, error.message, close);
    }
  }

  // The field, and pictures that are dropped -------------------------------------------------------

  const field = element("input", {
    type: "search",
    placeholder: "What it looks like",
    maxLength: 500,
    autocomplete: "off",
    enterKeyHint: "search",
    "aria-label": "Search by what it looks like",
    title: "Search by what it looks like: “ships in a storm”",
  });
  const chooser = element("input", {
    type: "file",
    accept: "image/*",
    hidden: true,
    onchange: () => {
      if (chooser.files.length) send(chooser.files[0]);
      chooser.value = "";
    },
  });
  const form = element(
    "form",
    {
      className: "explore-form",
      role: "search",
      onsubmit: (event) => {
        event.preventDefault();
        sent = null;
        set({ seek: field.value.trim() || null, like: null, each: null, towards: null }, true);
        follow();
      },
    },
    field,
    element("button", {
      type: "button",
      title: "Search with a picture of yours, or drop one anywhere on the page",
      "aria-label": "Search with a picture of yours",
      onclick: () => chooser.click(),
    }, "Picture …"),
    chooser,
  );

  /** Seek works like a picture of the reader's. */
  function send(file) {
    const refuse = (told) => drawer.say("Works like your picture", told, close);
    set({ seek: null, like: null, each: null, towards: null, work: null });
    if (!file.type.startsWith("image/")) {
      refuse(`“${file.name}” is no picture. Choose a JPEG, PNG or WebP.`);
    } else if (file.size > LARGEST) {
      refuse("This picture has more than 20 MB. Save it smaller; 1,000 pixels a side are plenty.");
    } else {
      sent = file;
      shown = "";
      follow();
    }
  }

  const veil = element("div", { className: "explore-veil", hidden: true },
    element("p", {}, "Drop a picture to find works like it"));
  const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

  document.addEventListener("dragover", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    veil.hidden = false;
  });
  document.addEventListener("dragleave", (event) => {
    // The last leave is the one out of the window.
    if (!event.relatedTarget) veil.hidden = true;
  });
  document.addEventListener("drop", (event) => {
    if (!brings(event)) return;
    event.preventDefault();
    veil.hidden = true;
    if (event.dataTransfer.files.length) send(event.dataTransfer.files[0]);
  });

  document.querySelector(".search-slot")?.append(form);
  document.body.append(veil);
  window.topicart.explore = { ask, find, send, label };
  onState(() => {
    const words = get("seek") ?? "";
    if (document.activeElement !== field) field.value = words;
    if (words || get("like")) sent = null;
    follow();
  });
})();
