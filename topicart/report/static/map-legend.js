// The panel beside the map: what the colours mean, and how many works the filter lets through.
"use strict";

topicart.mapLegend = (() => {
  const panel = document.querySelector(".map-panel");
  const box = panel.querySelector(".map-colour");
  const select = panel.querySelector("select");
  const list = panel.querySelector(".legend");
  const count = panel.querySelector(".map-count");

  /** Offer what the works can be coloured by; `choose` is called with the reader's choice. */
  function offer(base, choose) {
    const years = base.years ? [["years", "Years"]] : [];
    const facets = base.facets
      .filter((facet) => facet.values > 1)
      .map((facet) => [facet.name, facet.title || facet.name]);
    for (const [value, text] of [["topic", "Themes"], ...years, ...facets]) {
      select.append(topicart.element("option", { value }, text));
    }
    select.addEventListener("change", () => choose(select.value));
    box.hidden = false;
  }

  /** Return the name of a scheme if it can be chosen, else the usual one. */
  const known = (name) =>
    [...select.options].some((option) => option.value === name) ? name : "topic";

  function show(name, scheme) {
    select.value = name;
    const chosen = topicart.filter.values(name).map(String);
    const entries = scheme.legend.map(({ code, label, key, value }) => {
      const swatch = topicart.element("span", { className: "swatch" });
      swatch.style.backgroundColor = scheme.css[code];
      const button = topicart.element(
        "button",
        {
          type: "button",
          title: label,
          "aria-pressed": String(chosen.includes(String(value))),
          onclick: () => pick(key, String(value)),
        },
        swatch,
        topicart.element("span", { className: "legend-name", dir: "auto" }, label),
      );
      return topicart.element("li", {}, button);
    });
    if (scheme.more) {
      const others = `and ${topicart.number.format(scheme.more)} more`;
      entries.push(topicart.element("li", { className: "muted" }, others));
    }
    list.replaceChildren(...entries);
  }

  function pick(key, value) {
    const { filter } = topicart;
    if (key !== "years") filter.toggle(key, value);
    else filter.set("years", filter.values("years").includes(value) ? null : value);
  }

  /** Tell how many works pass; null when nothing is filtered. */
  function tell(passing, all) {
    count.textContent =
      passing === null ? "" : `${topicart.number.format(passing)} of ${topicart.counted(all, "work")}`;
  }

  return { known, offer, show, tell };
})();
