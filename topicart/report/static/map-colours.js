// What colour a work has on the map: by its topic, by a facet, or by its years.
"use strict";

topicart.mapColours = (() => {
  const { TONES, filter, tone, year } = topicart;
  const MOST_VALUES = 12;
  const STEPS = 32;
  // From early to late; the late end stands out against the page.
  const RAMP = {
    light: [[222, 178, 92], [196, 92, 84], [122, 48, 108], [42, 28, 84]],
    dark: [[92, 74, 150], [186, 84, 122], [232, 146, 92], [246, 222, 140]],
  };

  const dark = () => window.matchMedia("(prefers-color-scheme: dark)").matches;

  /** Return the page's colours as [red, green, blue]: of the first `many` topics, and greys. */
  function palette(within) {
    const probe = document.createElement("i");
    within.append(probe);
    const computed = (css) => {
      probe.style.color = "";
      probe.style.color = css;
      return getComputedStyle(probe).color.match(/[\d.]+/g).slice(0, 3).map(Number);
    };
    const tones = Array.from({ length: TONES }, (_, number) => {
      probe.className = `t${number}`;
      const own = getComputedStyle(probe).getPropertyValue("--tone").trim();
      // A gallery of few topics has fewer colours than a facet has values.
      return computed(own || `hsl(${Math.round(number * 137.5) % 360} 34% 52%)`);
    });
    probe.className = "";
    const named = (name) => computed(`var(--${name})`);
    const found = { tones, grey: named("grey"), paper: named("paper"), ink: named("ink") };
    probe.remove();
    return found;
  }

  const packed = ([red, green, blue]) => (blue << 16) | (green << 8) | red;
  const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;

  /** A scheme: codes of every work into colours, and what its legend tells. */
  function scheme(codes, colours, legend, more = null) {
    return {
      codes,
      colours: Uint32Array.from(colours, packed),
      css: colours.map(css),
      legend: legend.map(([code, label, key, value]) => ({ code, label, key, value })),
      more,
    };
  }

  function byTopic(map, inks) {
    const codes = Uint8Array.from(map.topic, (topic) => (topic < 0 ? TONES : tone(topic)));
    const legend = map.bySize
      .slice(0, MOST_VALUES)
      .map((topic) => [tone(topic.id), topic.name, "topic", topic.id]);
    if (map.topic.includes(-1)) legend.push([TONES, "In no theme", "topic", -1]);
    const more = Math.max(0, map.topics.length - MOST_VALUES);
    return scheme(codes, [...inks.tones, inks.grey], legend, more);
  }

  async function byFacet(map, inks, name) {
    const { values, sizes: many, codes: flat } = await filter.facet(name);
    const codes = new Uint8Array(map.n).fill(MOST_VALUES);
    let next = 0;
    for (let row = 0; row < map.n; row += 1) {
      // Of several values the most frequent gives the colour.
      for (const end = next + many[row]; next < end; next += 1) {
        if (flat[next] < codes[row]) codes[row] = flat[next];
      }
    }
    const legend = values.slice(0, MOST_VALUES).map((value, code) => [code, value, name, value]);
    const more = Math.max(0, values.length - MOST_VALUES);
    return scheme(codes, [...inks.tones.slice(0, MOST_VALUES), inks.grey], legend, more);
  }

  async function byYears(map, inks) {
    const { first, last } = await filter.years();
    const dated = [];
    for (let row = 0; row < map.n; row += 1) {
      if (first[row] !== filter.UNDATED) dated.push((first[row] + last[row]) / 2);
    }
    dated.sort((one, two) => one - two);
    // A few works of antiquity must not press all others into one colour.
    const from = Math.floor(dated[Math.floor(dated.length * 0.02)] ?? 0);
    const to = Math.max(from + 1, Math.ceil(dated[Math.floor(dated.length * 0.98)] ?? 1));
    const step = (when) =>
      Math.min(STEPS - 1, Math.max(0, Math.floor(((when - from) / (to - from)) * STEPS)));
    const codes = Uint8Array.from(first, (one, row) =>
      one === filter.UNDATED ? STEPS : step((one + last[row]) / 2),
    );
    return scheme(codes, [...ramp(), inks.grey], periods(from, to, step));
  }

  function ramp() {
    const stops = RAMP[dark() ? "dark" : "light"];
    return Array.from({ length: STEPS }, (_, number) => {
      const at = (number / (STEPS - 1)) * (stops.length - 1);
      const [one, two] = [stops[Math.floor(at)], stops[Math.ceil(at)]];
      return one.map((value, place) => Math.round(value + (two[place] - value) * (at % 1)));
    });
  }

  function periods(from, to, step) {
    const least = (to - from) / 7;
    const wide = [1, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 5000].find((years) => years >= least);
    const found = [];
    for (let start = Math.floor(from / wide) * wide; start <= to; start += wide) {
      const end = start + wide - 1;
      const label = wide === 1 ? year(start) : `${year(start)}–${year(end)}`;
      found.push([step(start + wide / 2), label, "years", `${start}..${end}`]);
    }
    return found;
  }

  /** Return a promise of the scheme of this name: topic, years, or a facet. */
  async function schemeOf(map, inks, name) {
    const make = { topic: byTopic, years: byYears }[name] ?? byFacet;
    return { ...(await make(map, inks, name)), name };
  }

  return { css, packed, palette, schemeOf };
})();
