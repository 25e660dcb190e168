// What the dialog tells of a work: its picture, its theme and how firmly it belongs, its facts as
// ways to filter, and where it comes from. Text is only ever set as text.
"use strict";

(() => {
  const { element, filter, load, miniature, number, tone } = window.topicart;
  const WIDEST_GROWTH = 1.8;
  const SMALL_BOX = 256;
  const LONG_TITLE = 90;

  // The picture -----------------------------------------------------------------------------------

  function large(source, alt, known, fallback) {
    const image = element("img", { alt });
    // Small pictures may grow, but not until they blur.
    const fit = (width) => {
      image.style.width = `min(100%, ${Math.round(width * WIDEST_GROWTH)}px)`;
    };
    if (known) {
      [image.width, image.height] = known;
      fit(known[0]);
    }
    image.addEventListener("load", () => fit(image.naturalWidth));
    image.addEventListener("error", () => image.replaceWith(fallback()));
    image.src = source;
    return image;
  }

  function small(told, row, alt) {
    const picture = miniature(told, row, SMALL_BOX, SMALL_BOX);
    picture.removeAttribute("aria-hidden");
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", alt);
    return element("span", { className: "only-small" }, picture,
      element("small", {}, "This site holds only a small copy."));
  }

  function picture(told, row, record, alt) {
    const has = told.cell[row] >= 0;
    const fallback = () => (has ? small(told, row, alt) : element("small", {}, "No picture."));
    const from = window.topicart.server?.picture(row);
    if (from && (has || record.picture)) return large(from, alt, null, fallback);
    if (!record.picture) return fallback();
    const [source, width, height] = record.picture;
    return large(source, alt, [width, height], fallback);
  }

  // The theme -------------------------------------------------------------------------------------

  function firmness(probability) {
    const told = probability.toFixed(2);
    if (probability >= 0.8) return `It belongs here firmly (probability ${told}).`;
    if (probability >= 0.4) return `It belongs here rather than elsewhere (probability ${told}).`;
    return `It belongs here only loosely (probability ${told}).`;
  }

  function nearness(rank, size) {
    if (rank < 0) return "";
    if (rank === 0) return `The nearest of ${number.format(size)} works to the theme’s centre. `;
    return `${number.format(rank + 1)} of ${number.format(size)} by closeness to the centre. `;
  }

  function belongs(line, told, row, record) {
    const topic = told.topics.find(({ id }) => id === told.topic[row]);
    line.className = "belongs";
    if (!topic) {
      const why = told.topic[row] === -1
        ? "In no theme: nothing else here is like it in enough works."
        : "In no theme: it had no picture or text that could be read.";
      line.replaceChildren(why);
      return;
    }
    line.classList.add(`t${tone(topic.id)}`);
    const page = `theme-${topic.id}.html`;
    line.replaceChildren(
      element("a", { href: page, "data-page": page, dir: "auto" }, topic.name),
      element("span", { className: "small" },
        nearness(record.rank, topic.size) + firmness(record.probability)),
    );
  }

  // Facts -----------------------------------------------------------------------------------------

  function fact(told, [name, stated]) {
    const facet = told.facets.find((one) => one.name === name);
    const filtering = (value) =>
      element("button", {
        type: "button",
        dir: "auto",
        title: "Only works with this",
        onclick: () => window.topicart.viewer.leave({ [name]: filter.joined(name, [value]) }),
      }, value);
    const values = Array.isArray(stated) && facet ? stated.map(filtering) : [[stated].flat().join(", ")];
    return [element("dt", {}, filter.kindOf(name)), element("dd", { dir: "auto" }, ...values)];
  }

  // Links -----------------------------------------------------------------------------------------

  const outside = (address, text) =>
    /^https?:\/\//i.test(address ?? "")
      ? element("a", { href: address, rel: "noreferrer noopener", target: "_blank" }, text)
      : null;

  async function copy(button) {
    const address = location.href;
    try {
      await navigator.clipboard.writeText(address);
    } catch {
      // Browsers give the clipboard to secure pages only; this is the way of before.
      const field = element("textarea", { value: address, className: "unseen" });
      button.after(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    button.textContent = "Link copied";
    setTimeout(() => (button.textContent = "Copy link"), 2000);
  }

  function links(told, row, record) {
    return [
      told.topic[row] === -2 ? null : window.topicart.viewer.mapLink(row),
      outside(record.address, "See it at its source"),
      record.iri === record.address ? null : outside(record.iri, "Its permanent address"),
      element("button", { type: "button", onclick: (event) => copy(event.currentTarget) }, "Copy link"),
    ].filter(Boolean);
  }

  // All -------------------------------------------------------------------------------------------

  /** Take what belongs to one row out of a shard of columns. */
  const rowOf = (shard, at) =>
    Object.fromEntries(Object.entries(shard).map(([name, column]) => [name, column[at]]));

  /** Fill the dialog with a work, unless another is wanted meanwhile. */
  async function tellWork(dialog, told, row, wanted) {
    const part = (selector) => dialog.querySelector(selector);
    const [texts, records] = await Promise.all([
      load(`titles-${Math.floor(row / told.text)}`),
      load(`records-${Math.floor(row / told.record)}`),
    ]);
    if (!wanted()) return;
    const { title, artist, date } = rowOf(texts, row % told.text);
    const record = rowOf(records, row % told.record);
    const heading = part("#work-title");
    heading.textContent = title || "Untitled";
    heading.classList.toggle("long", title.length > LONG_TITLE);
    part(".artist").textContent = artist;
    part(".date").textContent = artist && date ? `, ${date}` : date;
    const alt = [title, artist, date].filter(Boolean).join(", ");
    part(".plate").replaceChildren(picture(told, row, record, alt));
    belongs(part(".belongs"), told, row, record);
    part("dl").replaceChildren(...(record.facts ?? []).flatMap((one) => fact(told, one)));
    part(".description").textContent = record.description ?? "";
    part(".work-links").replaceChildren(...links(told, row, record));
    part(".work-id").replaceChildren("In the collection as ", element("bdi", {}, record.id));
    window.topicart.carryFilter(dialog);
    part(".told").scrollTop = 0;
    const slot = part(".slot");
    slot.replaceChildren();
    document.dispatchEvent(new CustomEvent("topicart:work", { detail: { row, slot } }));
  }

  window.topicart.tellWork = tellWork;
})();
