// The names on the map: links over the canvas, put where map-places found room for them.
"use strict";

topicart.mapNames = (() => {
  const MOST_LETTERS = 60;
  const EDGE = 4;
  const SHARE_OF_VIEW = 0.08;
  // Steps from the place where a name would be best, the shortest first.
  const AROUND = Array.from({ length: 81 }, (_, at) => [
    (at % 9) * 36 - 144,
    Math.floor(at / 9) * 24 - 96,
  ]).sort((one, two) => Math.hypot(...one) - Math.hypot(...two));

  const shortened = (text) =>
    text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS - 1).trimEnd()}…` : text;

  /** Make the names of all topics and groups; `light` is called with a topic, or null. */
  function namesOf(map, list, light) {
    const links = new Map();
    for (const group of map.groups) {
      links.set(`g${group.id}`, link(group.name, `themes.html#group-${group.id}`, {
        className: `group level-${group.level}`,
      }));
    }
    for (const topic of map.bySize) {
      links.set(`t${topic.id}`, link(topic.name, `theme-${topic.id}.html`, {
        className: `topic t${topicart.tone(topic.id)}`,
        onpointerenter: () => light(topic.id),
        onpointerleave: () => light(null),
        onfocus: () => light(topic.id),
        onblur: () => light(null),
      }));
    }
    list.append(...links.values());
    topicart.carryFilter(list);
    const boxes = new Map();
    let shown = new Set();

    /** Read how large every name is; a balanced name is narrower than its box. */
    function measure() {
      const range = document.createRange();
      const all = [...links];
      list.classList.add("measuring");
      for (const [, own] of all) own.style.width = "";
      for (const [key, own] of all) {
        range.selectNodeContents(own);
        const width = Math.ceil(range.getBoundingClientRect().width) + 8;
        boxes.set(key, { width, height: own.offsetHeight });
      }
      for (const [key, own] of all) own.style.width = `${boxes.get(key).width}px`;
      list.classList.remove("measuring");
    }

    /**
     * Show names, [{key, left, top}] with the centre of each in pixels, in the order of their
     * importance, as far as they keep clear of the edges, of `taken` boxes and of one another.
     */
    function show(wanted, size, taken) {
      const full = [...taken];
      const now = new Set();
      for (const { key, left, top, over } of wanted) {
        const { width, height } = boxes.get(key);
        const x = Math.round(left - width / 2);
        const y = Math.round(top - height / 2);
        const box = { left: x, top: y, right: x + width, bottom: y + height };
        if (now.has(key) || !inside(box, size) || full.some((other) => meets(box, other))) continue;
        full.push(box);
        now.add(key);
        const own = links.get(key);
        own.style.transform = `translate(${x}px, ${y}px)`;
        own.classList.toggle("over", Boolean(over));
        if (own.hidden) own.hidden = false;
      }
      for (const key of shown) if (!now.has(key)) links.get(key).hidden = true;
      shown = now;
      return now;
    }

    return { box: (key) => boxes.get(key), measure, show };
  }

  function link(name, page, properties) {
    const properly = { href: page, "data-page": page, dir: "auto", hidden: true, ...properties };
    const made = topicart.element("a", properly, shortened(name));
    made.draggable = false;
    return made;
  }

  const inside = (box, size) =>
    box.left >= EDGE &&
    box.top >= EDGE &&
    box.right <= size.width - EDGE &&
    box.bottom <= size.height - EDGE;

  const meets = (one, two) =>
    one.left < two.right + 3 &&
    one.right > two.left - 3 &&
    one.top < two.bottom + 1 &&
    one.bottom > two.top - 1;

  /**
   * Names for the topics that fill a good part of the view, amid their works there; `seen` holds
   * the size of the view, the pictures drawn, who passes, and box(key) of a name.
   */
  function inView(map, eye, { size, drawn, passes, box }) {
    const [left, top] = eye.toWorld(0, 0);
    const [right, bottom] = eye.toWorld(size.width, size.height);
    const own = new Map();
    let all = 0;
    topicart.mapData.within(map, { left, top, right, bottom }, (row) => {
      const [x, y] = [map.x[row], map.y[row]];
      if (x < left || x > right || y < top || y > bottom || (passes && !passes[row])) return;
      all += 1;
      const sum = own.get(map.topic[row]) ?? { many: 0, x: 0, y: 0 };
      own.set(map.topic[row], { many: sum.many + 1, x: sum.x + x, y: sum.y + y });
    });
    return [...own]
      .filter(([topic, { many }]) => topic >= 0 && many >= SHARE_OF_VIEW * all)
      .sort((one, other) => other[1].many - one[1].many)
      .slice(0, 8)
      .map(([topic, { many, x, y }]) => beside(eye, drawn, box, `t${topic}`, x / many, y / many));
  }

  /** A place for a name near a point of the world: on no picture, or else on top of them. */
  function beside(eye, drawn, box, key, x, y) {
    const [across, down] = eye.toView(x, y);
    const { width, height } = box(key);
    const hides = ([right, under]) =>
      drawn.some(
        (other) =>
          Math.abs(across + right - other.left - other.width / 2) < (width + other.width) / 2 + 3 &&
          Math.abs(down + under - other.top - other.height / 2) < (height + other.height) / 2 + 3,
      );
    const step = AROUND.find((way) => !hides(way));
    const [left, top] = eye.toWorld(across + (step?.[0] ?? 0), down + (step?.[1] ?? 0));
    return { key, x: left, y: top, side: "", row: -1, over: !step };
  }

  return { inView, namesOf };
})();
