// Where what a server found is shown: a drawer of pictures beside the page, and a strip below it for
// a path. Loaded only by `topicart explore`.
"use strict";

(() => {
  const { base, counted, element, load, miniature, set } = window.topicart;
  const THUMBNAIL = 384;
  const MAP_TRIES = 50;
  let lit = 0;

  const drawer = element("aside", { className: "explore-drawer", hidden: true });
  const strip = element("aside", { className: "explore-strip", hidden: true });
  document.getElementById("main").after(drawer, strip);

  // Pictures --------------------------------------------------------------------------------------

  /** Make the picture of a work: from the collection, or else the small one of the site. */
  function picture(told, row, side = THUMBNAIL) {
    const small = () => miniature(told, row, 128, 128);
    if (!(told.cell[row] >= 0)) return small();
    const image = element("img", { alt: "", loading: "lazy", decoding: "async" });
    // A place of its shape, so that nothing moves when the picture comes.
    image.width = told.cellWidth[row];
    image.height = told.cellHeight[row];
    image.addEventListener("error", () => image.replaceWith(small()));
    image.src = window.topicart.server.picture(row, side);
    return image;
  }

  /** Fill in title, artist and date of a work as soon as they are there. */
  async function tell(told, row, line, button) {
    const shard = await load(`titles-${Math.floor(row / told.text)}`);
    const at = row % told.text;
    const title = shard.title[at] || "Untitled";
    const by = [shard.artist[at], shard.date[at]].filter(Boolean).join(", ");
    line.replaceChildren(
      element("span", { className: "explore-title", dir: "auto" }, title),
      element("small", { dir: "auto" }, by),
    );
    button.setAttribute("aria-label", [title, by].filter(Boolean).join(", "));
  }

  /** Make a tile that opens its work. */
  function tile(told, row, ...more) {
    const line = element("span", { className: "explore-told" });
    const button = element(
      "button",
      { type: "button", className: "explore-tile", "data-work": row },
      element("span", { className: "explore-plate" }, picture(told, row)),
      line,
    );
    tell(told, row, line, button).catch(() => {});
    return element("li", {}, button, ...more);
  }

  // Drawer and strip ------------------------------------------------------------------------------

  function head(title, close) {
    return element(
      "div",
      { className: "explore-head" },
      element("h2", {}, title),
      element("button", { type: "button", "aria-label": "Close", onclick: close }, "×"),
    );
  }

  /** Make the tile of a found work: its cosine below; above, the value that it is the nearest of. */
  function foundTile(told, { row, score, value, works, own }) {
    const item = tile(told, row,
      element("small", { className: "explore-score", title: "Cosine" }, score.toFixed(2)));
    if (value !== undefined) {
      const title = `The nearest of ${counted(works, "work")}`;
      item.prepend(element("p", { className: "explore-value", title, dir: "auto" }, value,
        own ? element("small", {}, " its own") : null));
    }
    return item;
  }

  /** Show a drawer with a heading, a sentence (or several nodes), a form, and found works. */
  async function show(title, said, found, close, form = null) {
    const told = await base();
    drawer.setAttribute("aria-label", "Works found");
    drawer.replaceChildren(
      head(title, close),
      element("p", { className: "small", role: "status" }, ...[said].flat()),
      form ?? "",
      element(
        "ol",
        { className: "explore-found" },
        ...found.map((one) => foundTile(told, one)),
      ),
    );
    drawer.hidden = false;
    drawer.scrollTop = 0;
    document.body.classList.add("exploring");
  }

  /** Say something in the drawer instead of works. */
  function say(title, said, close) {
    drawer.replaceChildren(head(title, close), element("p", { role: "status" }, said));
    drawer.hidden = false;
    document.body.classList.add("exploring");
  }

  function hide() {
    drawer.hidden = true;
    drawer.replaceChildren();
    document.body.classList.remove("exploring");
  }

  /** Show a path: pictures in a row, the angle of each step between them. */
  async function showPath(title, said, steps) {
    const told = await base();
    const items = steps.flatMap(({ row, angle }, at) => [
      at ? element("li", { className: "explore-step" }, `${Math.round(angle)}°`) : null,
      tile(told, row),
    ]);
    strip.setAttribute("aria-label", "Path");
    strip.replaceChildren(
      head(title, () => set({ from: null, to: null })),
      element("p", { className: "small", role: "status" }, said),
      element("ol", { className: "explore-way" }, ...items),
    );
    strip.hidden = false;
  }

  /** Say something in the strip. */
  function sayPath(title, said) {
    strip.replaceChildren(
      head(title, () => set({ from: null, to: null })),
      element("p", { role: "status" }, said),
    );
    strip.hidden = false;
  }

  function hidePath() {
    strip.hidden = true;
    strip.replaceChildren();
  }

  /** Show only these works on the map, where there is one; null: all again. */
  function light(rows) {
    lit += 1;
    const own = lit;
    let tries = 0;
    const attempt = () => {
      if (own !== lit) return;
      tries += 1;
      if (window.topicart.map?.highlight) window.topicart.map.highlight(rows);
      // The map may still be drawing itself; other pages have none.
      else if (rows && document.body.classList.contains("page-map") && tries < MAP_TRIES) {
        setTimeout(attempt, 200);
      }
    };
    attempt();
  }

  window.topicart.drawer = { show, say, hide, showPath, sayPath, hidePath, light, picture, tile };
})();
