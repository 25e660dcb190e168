"use strict";
/* One picture at a time. The elements hold the answers; the browser keeps a copy of them. */
(() => {
  const by = (id) => document.getElementById(id);
  const body = document.body;
  const place = `topicart-annotate:${body.dataset.form}`;
  const keys = "1234567890abcdefghijklmnopqrstuvwxyz";
  const columns = ["work", "dimension", "answer", "annotator"];
  const works = [...document.querySelectorAll(".work")];
  const keyed = new Map(works.map((work) => [work.dataset.key, work]));
  let who = "";
  let at = -1; /* the picture shown; -1 for none */
  let arrowing = false;
  let unkept = false;

  /* What a browser keeps: {who, people: {name: [[work, dimension, answer], …]}} */

  function read() {
    try {
      const kept = JSON.parse(localStorage.getItem(place)) || {};
      return { who: String(kept.who || ""), people: new Map(Object.entries(kept.people || {})) };
    } catch {
      return { who: "", people: new Map() };
    }
  }

  function keep() {
    const { people } = read();
    people.set(who, given());
    try {
      localStorage.setItem(place, JSON.stringify({ who, people: Object.fromEntries(people) }));
    } catch {
      unkept = true;
    }
  }

  const questions = (work) => [...work.querySelectorAll("fieldset")];
  const chosen = (question) => question.querySelector("input:checked");
  const answered = (work) => questions(work).every(chosen);
  const given = () =>
    works.flatMap((work) =>
      questions(work)
        .filter(chosen)
        .map((own) => [work.dataset.key, own.dataset.dimension, chosen(own).value]),
    );

  function choose(work, dimension, answer) {
    const question = work && questions(work).find((own) => own.dataset.dimension === dimension);
    const inputs = question ? [...question.querySelectorAll("input")] : [];
    const input = inputs.find((own) => own.value === answer);
    if (input) input.checked = true;
    return Boolean(input);
  }

  function take(answers) {
    for (const input of document.querySelectorAll(".work input")) input.checked = false;
    let taken = 0;
    for (const row of Array.isArray(answers) ? answers : [])
      taken += choose(keyed.get(row[0]), row[1], row[2]);
    works.forEach(tell);
    count();
    return taken;
  }

  /* What is shown */

  function tell(work) {
    for (const own of questions(work)) {
      const input = chosen(own);
      own.querySelector(".given").textContent = input ? input.parentElement.lastElementChild.textContent : "";
      own.classList.toggle("is-answered", Boolean(input));
    }
    work.classList.toggle("is-answered", answered(work));
    const last = work === works.at(-1);
    work.querySelector(".next").textContent = last ? "All pictures" : "Next picture";
  }

  function count() {
    const done = works.filter(answered).length;
    by("done").value = done;
    by("far").textContent = `${done} of ${works.length}`;
  }

  function view(name) {
    by("start").hidden = name !== "start";
    by("all").hidden = name !== "all";
    document.querySelector(".top").hidden = name === "start";
    body.dataset.view = name;
    works.forEach((work, number) => (work.hidden = name !== "work" || number !== at));
    if (name !== "work") at = -1;
  }

  function show(number) {
    if (number < 0) return start();
    if (number >= works.length) return all();
    at = number;
    view("work");
    const work = works[at];
    open(work, questions(work).find((own) => !chosen(own)));
    work.querySelector("h2").focus({ preventScroll: true });
    scrollTo(0, 0);
    history.replaceState(null, "", `#${number + 1}`);
  }

  function open(work, question) {
    for (const own of questions(work)) {
      own.classList.toggle("is-open", own === question);
      own.querySelector(".asked").setAttribute("aria-expanded", String(own === question));
    }
    work.querySelector(".next").classList.toggle("strong", !question);
  }

  function onward(work, from) {
    const own = questions(work);
    const later = own.slice(own.indexOf(from) + 1);
    const next = later.find((one) => !chosen(one)) || own.find((one) => !chosen(one));
    open(work, next);
    (next ? next.querySelector(".asked") : work.querySelector(".next")).focus();
  }

  function start() {
    view("start");
    by("name").value = who;
    history.replaceState(null, "", "#");
  }

  function all() {
    view("all");
    const open = works.filter((work) => !answered(work)).length;
    by("all-told").textContent = open ? "All pictures" : "That was all. Thank you!";
    by("all-said").textContent = open
      ? `${open} of ${works.length} are not answered in full; those shown faintly are done.`
      : "Save your answers as a file and hand it to whoever asked you.";
    by("resume").hidden = !open;
    const wall = document.querySelector(".wall");
    wall.replaceChildren(...works.map(hung));
    by("all-told").focus({ preventScroll: true });
    scrollTo(0, 0);
    history.replaceState(null, "", "#all");
  }

  function hung(work, number) {
    const tile = document.createElement("li");
    const button = document.createElement("button");
    const done = answered(work);
    button.type = "button";
    button.className = done ? "hung is-answered" : "hung";
    const told = `Picture ${number + 1}, ${done ? "answered" : "not answered in full"}`;
    button.setAttribute("aria-label", told);
    button.append(copy(work));
    button.addEventListener("click", () => show(number));
    tile.append(button);
    return tile;
  }

  function copy(work) {
    const own = work.querySelector("img").cloneNode();
    own.alt = "";
    return own;
  }

  const resume = () => {
    const next = works.findIndex((work) => !answered(work));
    if (next < 0) all();
    else show(next);
  };

  /* Files */

  const formula = /^'*[=+\-@\t\r\n＝＋－＠]/;
  const guarding = /^'+[=+\-@\t\r\n＝＋－＠]/;
  const cell = (text) => {
    const safe = formula.test(text) ? `'${text}` : text;
    return /[",;\t\r\n|]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };

  function save() {
    const rows = [columns, ...given().map((row) => [...row, who])];
    const text = `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
    const link = document.createElement("a");
    const name = who.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    link.download = `answers-${name || "of-nobody"}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unkept = false;
  }

  function parse(text) {
    const plain = text.replace(/^\ufeff/, "");
    const header = plain.split(/\r?\n/, 1)[0];
    const often = (mark) => header.split(mark).length;
    const mark = [",", ";", "\t", "|"].reduce((best, own) => (often(own) > often(best) ? own : best));
    const rows = [[""]];
    let quoted = false;
    for (let i = 0; i < plain.length; i += 1) {
      const letter = plain[i];
      const row = rows.at(-1);
      if (quoted && letter === '"' && plain[i + 1] === '"') row[row.length - 1] += plain[(i += 1)];
      else if (letter === '"' && (quoted || row.at(-1) === "")) quoted = !quoted;
      else if (!quoted && letter === mark) row.push("");
      else if (!quoted && letter === "\n") rows.push([""]);
      else if (quoted || letter !== "\r") row[row.length - 1] += letter;
    }
    return rows.map((row) => row.map((own) => (guarding.test(own) ? own.slice(1) : own).trim()));
  }

  function opened(text) {
    const [header, ...rows] = parse(text);
    const places = columns.map((name) => header.findIndex((own) => own.toLowerCase() === name));
    if (places.includes(-1)) return `This is no file of answers: it has no columns ${columns.join(", ")}.`;
    const told = rows
      .filter((row) => row.length > 1)
      .map((row) => places.map((column) => row[column] || ""));
    const name = by("name").value.trim() || (told[0] || [])[3] || "";
    const own = told.filter((row) => row[3] === name);
    if (!own.length) {
      const others = [...new Set(told.map((row) => row[3]))].slice(0, 5).join(", ");
      return `There are no answers of “${name}” in this file${others ? `, but of ${others}` : ""}.`;
    }
    who = name;
    by("name").value = name;
    const taken = take(own);
    keep();
    const passed = own.length - taken;
    return `${taken} answers of “${name}” are back${passed ? `; ${passed} are of other pictures or questions` : ""}. Press “Begin” to go on.`;
  }

  /* Hands */

  function begin() {
    const name = by("name").value.trim();
    if (!name) {
      by("said").textContent = "Give a name or a sign first.";
      by("name").focus();
      return;
    }
    if (name !== who) {
      who = name;
      take(read().people.get(who));
    }
    keep();
    resume();
  }

  works.forEach((work, number) => {
    work.querySelector(".back").addEventListener("click", () => show(number - 1));
    work.querySelector(".next").addEventListener("click", () => show(number + 1));
    for (const own of questions(work)) {
      own.querySelector(".asked").addEventListener("click", () =>
        open(work, own.classList.contains("is-open") ? null : own),
      );
      own.addEventListener("change", () => {
        tell(work);
        count();
        keep();
        /* Arrow keys go through a group's answers: who uses them says when it is the right one. */
        if (!arrowing) onward(work, own);
      });
    }
  });

  function pressed(event) {
    arrowing = event.key.startsWith("Arrow");
    const target = event.target;
    if (at < 0 || !by("keys").checked || event.ctrlKey || event.metaKey || event.altKey) return;
    const work = works[at];
    const shown = questions(work);
    const now = shown.findIndex((own) => own.classList.contains("is-open"));
    const radio = target.matches("input");
    if (event.key === "Enter" && !target.matches("button, summary")) {
      if (now >= 0 && radio) onward(work, shown[now]);
      else show(at + 1);
    } else if (event.key === "ArrowRight" && !radio) show(at + 1);
    else if (event.key === "ArrowLeft" && !radio) show(at - 1);
    else if (event.key === "ArrowDown" && !radio) step(work, now + 1);
    else if (event.key === "ArrowUp" && !radio) step(work, now < 0 ? shown.length - 1 : now - 1);
    else if (now >= 0 && event.key.length === 1) pick(shown[now], event.key.toLowerCase());
    else return;
    if (event.key !== " ") event.preventDefault();
  }

  function step(work, to) {
    const own = questions(work)[to];
    if (!own) return;
    open(work, own);
    own.querySelector(".asked").focus();
  }

  function pick(question, key) {
    const inputs = [...question.querySelectorAll("input")];
    const number = keys.indexOf(key);
    const input = key === "?" ? inputs.at(-1) : inputs.slice(0, -1)[number];
    if (!input || (key !== "?" && number < 0)) return;
    input.checked = true;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  document.addEventListener("keydown", pressed);
  document.addEventListener("pointerdown", () => (arrowing = false), true);
  by("begin").addEventListener("click", begin);
  by("name").addEventListener("keydown", (event) => {
    if (event.key === "Enter") begin();
  });
  for (const id of ["save", "save-too"]) by(id).addEventListener("click", save);
  by("to-all").addEventListener("click", all);
  by("to-start").addEventListener("click", start);
  by("resume").addEventListener("click", resume);
  by("open").addEventListener("change", async (event) => {
    const [file] = event.target.files;
    if (file) by("said").textContent = opened(await file.text());
    event.target.value = "";
  });
  addEventListener("hashchange", () => {
    const number = Number(location.hash.slice(1));
    if (who && number >= 1 && number <= works.length) show(number - 1);
  });
  addEventListener("beforeunload", (event) => {
    if (unkept) event.preventDefault();
  });
  /* What is asked about least may be spoilt. */
  const most = Math.max(...works.map((work) => questions(work).length));
  const whole = works.filter((work) => questions(work).length === most);
  document.querySelector(".strip").append(...whole.slice(0, 8).map(copy));
  body.classList.add("scripted");
  who = read().who;
  take(read().people.get(who));
  start();
  if (who && given().length) by("begin").textContent = "Go on";
})();
