// One work, large: opened from any picture, walked through with the arrows. Text is only ever set
// as text; without this script a picture's link opens the picture itself.
"use strict";

(() => {
  const { themes, works } = window.topicartWorks;
  const dialog = document.getElementById("work");
  const part = (selector) => dialog.querySelector(selector);
  const themeOf = new Map(themes.map(([topic, name, size]) => [topic, { name, size }]));
  let row = [];
  let place = 0;

  function belongs(work) {
    const line = part(".belongs");
    const theme = themeOf.get(work.topic);
    line.replaceChildren();
    line.className = theme ? `belongs t${work.topic % 64}` : "belongs";
    if (!theme) {
      line.textContent = "In no theme.";
      return;
    }
    const link = document.createElement("a");
    link.href = `#theme-${work.topic}`;
    link.dir = "auto";
    link.textContent = theme.name;
    link.addEventListener("click", () => dialog.close());
    line.append(link);
    const told = [];
    if (work.rank >= 0) told.push(`${work.rank + 1} of ${theme.size} by closeness to the centre`);
    if (work.probability !== undefined) {
      told.push(`belongs with probability ${work.probability.toFixed(2)}`);
    }
    if (told.length) line.append(document.createElement("br"), `${told.join("; ")}.`);
  }

  function show(work) {
    part("#work-title").textContent = work.title;
    part(".artist").textContent = work.artist;
    part(".date").textContent = [work.artist ? ", " : "", work.date].join("").replace(/^, $/, "");
    const image = part(".plate img");
    image.hidden = !work.picture;
    part(".plate").hidden = !work.picture;
    part(".sheet").classList.toggle("bare", !work.picture);
    if (work.picture) {
      const [source, width, height] = work.picture;
      image.src = source;
      image.alt = [work.title, work.artist, work.date].filter(Boolean).join(", ");
      image.width = width;
      image.height = height;
      // Small pictures may grow, but not until they blur.
      image.style.width = `min(100%, ${Math.round(width * 1.8)}px)`;
      image.style.height = "auto";
    }
    belongs(work);
    const facts = part("dl");
    facts.replaceChildren();
    for (const [facet, text] of work.facts ?? []) {
      const name = document.createElement("dt");
      const value = document.createElement("dd");
      name.textContent = facet[0].toUpperCase() + facet.slice(1);
      value.textContent = text;
      value.dir = "auto";
      facts.append(name, value);
    }
    for (const button of dialog.querySelectorAll("[data-go='-1'], [data-go='1']")) {
      button.hidden = row.length < 2;
    }
    if (!dialog.open) dialog.showModal();
    part(".told").scrollTop = 0;
  }

  function go(step) {
    if (row.length < 2) return;
    place = (place + step + row.length) % row.length;
    show(works[row[place]]);
  }

  /** Open a work that the page has a picture of, with its neighbours in the list of numbers. */
  function open(number, among = [number]) {
    row = among;
    place = Math.max(among.indexOf(number), 0);
    show(works[number]);
  }

  document.addEventListener("click", (event) => {
    const tile = event.target.closest("[data-work]");
    if (!tile || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const all = [...tile.closest(".mosaic").querySelectorAll("[data-work]")];
    open(Number(tile.dataset.work), all.map((one) => Number(one.dataset.work)));
  });

  dialog.addEventListener("click", (event) => {
    const go_to = event.target.closest("[data-go]")?.dataset.go;
    if (go_to === "close" || event.target === dialog) dialog.close();
    else if (go_to) go(Number(go_to));
  });

  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") go(1);
    else if (event.key === "ArrowLeft") go(-1);
  });

  window.topicartViewer = {
    open,
    openPlain(work) {
      row = [];
      show(work);
    },
  };
})();
