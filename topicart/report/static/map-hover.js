// What is told of the work under the pointer: its picture, title, artist and date.
"use strict";

topicart.mapHover = (() => {
  const PER_SHARD = 2000;
  const LONG = 168;

  /** Return the little card of a map; `pictures` may still be loading what it shows. */
  function hoverOf(node, map, pictures, size) {
    const names = new Map(map.topics.map((topic) => [topic.id, topic.name]));
    let row = null;
    let at = [0, 0];

    async function show(work, left, top) {
      at = [left, top];
      if (work === row) {
        place();
        return;
      }
      row = work;
      if (row === null) {
        node.hidden = true;
        return;
      }
      const per = map.base.text || PER_SHARD;
      const titles = await topicart.load(`titles-${Math.floor(work / per)}`);
      if (row !== work) return;
      tell(work, titles, work % per);
    }

    function tell(work, { title, artist, date }, place_) {
      const line = (className, text) =>
        text ? topicart.element("p", { className, dir: "auto" }, text) : null;
      const by = [artist[place_], date[place_]].filter(Boolean);
      node.replaceChildren(
        ...[
          picture(work),
          line("work-title", title[place_] || "Untitled"),
          by.length &&
            topicart.element("p", {}, topicart.element("bdi", {}, by[0]), by[1] ? `, ${by[1]}` : ""),
          line("muted", names.get(map.topic[work]) ?? "In no theme"),
        ].filter(Boolean),
      );
      node.hidden = false;
      place();
    }

    function picture(work) {
      if (!pictures.has(work)) return null;
      const [wide, high] = pictures.shape(work);
      const scale = LONG / Math.max(wide, high);
      const canvas = topicart.element("canvas", {
        width: Math.round(wide * scale),
        height: Math.round(high * scale),
        "aria-hidden": "true",
      });
      paint(canvas, work);
      return canvas;
    }

    function paint(canvas, work) {
      const found = pictures.take(work, LONG);
      if (!found) return;
      const [bitmap, part] = found;
      const pen = canvas.getContext("2d");
      pen.imageSmoothingQuality = "high";
      pen.drawImage(
        bitmap, part.left, part.top, part.width, part.height, 0, 0, canvas.width, canvas.height,
      );
      canvas.dataset.painted = "";
    }

    function place() {
      if (node.hidden) return;
      const { width, height } = size();
      const { offsetWidth: wide, offsetHeight: high } = node;
      const [left, top] = at;
      const x = left + 20 + wide > width - 6 ? left - 20 - wide : left + 20;
      const y = Math.min(Math.max(top - high / 2, 6), Math.max(6, height - high - 6));
      node.style.transform = `translate(${Math.round(Math.max(6, x))}px, ${Math.round(y)}px)`;
    }

    /** Another atlas has come: perhaps it holds what the card waits for. */
    function refresh() {
      const canvas = node.querySelector("canvas:not([data-painted])");
      if (canvas && row !== null && !node.hidden) paint(canvas, row);
    }

    return { refresh, show };
  }

  return { hoverOf };
})();
