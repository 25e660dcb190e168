// Hands on the map: mouse, fingers, wheel and keys.
"use strict";

topicart.mapHands = (() => {
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const STEP = 90;
  const A_CLICK = 6;

  /**
   * Listen to a canvas. `does` holds what the hands can do: point(left, top) or point(null),
   * open(left, top), openMiddle(), aim(shown) for the crosshair.
   */
  function handsOn(view, canvas, eye, does) {
    const fingers = new Map();
    let travelled = 0;
    let many = false;

    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };

    // Where the map is a part of the page, one finger scrolls the page until one has come nearer.
    const partOfPage = () => document.documentElement.scrollHeight > window.innerHeight + 40;
    const leftToThePage = (event) =>
      event.pointerType === "touch" &&
      fingers.size === 1 &&
      partOfPage() &&
      eye.now().scale <= 1.01;

    // Names lie over the canvas: a movement that begins on one moves the map as well.
    view.addEventListener("pointerdown", (event) => {
      if (event.target.closest(".controls")) return;
      if (event.pointerType === "mouse" && event.button !== 0) return;
      if (!fingers.size) [travelled, many] = [0, false];
      fingers.set(event.pointerId, at(event));
      if (fingers.size > 1) many = true;
      does.aim(false);
    });

    view.addEventListener("pointermove", (event) => {
      const now = at(event);
      const before = fingers.get(event.pointerId);
      if (!before) {
        if (event.target === canvas) does.point(...now);
        else does.point(null);
        return;
      }
      fingers.set(event.pointerId, now);
      const [right, down] = [now[0] - before[0], now[1] - before[1]];
      travelled += Math.hypot(right, down);
      if (fingers.size === 2) pinch(event.pointerId, before, now);
      else if ((travelled > A_CLICK || many) && !leftToThePage(event)) {
        // From here on it is no click, on a name neither.
        canvas.setPointerCapture(event.pointerId);
        view.classList.add("dragging");
        eye.move(-right, -down);
      }
    });

    function pinch(moved, before, now) {
      const other = [...fingers].find(([id]) => id !== moved)[1];
      const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
      eye.move((before[0] - now[0]) / 2, (before[1] - now[1]) / 2);
      eye.zoom(apart(now) / apart(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    }

    const lift = (event) => {
      if (!fingers.delete(event.pointerId)) return;
      if (view.classList.contains("dragging") && !fingers.size) {
        view.classList.remove("dragging");
        eye.move(0, 0);
      }
      const clicked = event.type === "pointerup" && travelled <= A_CLICK && !many;
      if (clicked && event.target === canvas) does.open(...at(event));
    };
    // On the window: a button may be let go beside the map.
    window.addEventListener("pointerup", lift);
    window.addEventListener("pointercancel", lift);
    canvas.addEventListener("pointerleave", () => does.point(null));
    canvas.addEventListener("dblclick", (event) => eye.zoom(2, ...at(event), 260));

    view.addEventListener(
      "wheel",
      (event) => {
        // Without Ctrl the page scrolls on: a map in it must not catch who only passes by.
        if (partOfPage() && !event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        does.point(null);
        const pixels = event.deltaY * (event.deltaMode ? 30 : 1);
        const box = canvas.getBoundingClientRect();
        const quick = event.ctrlKey ? 0.01 : 0.0022;
        const near = Math.exp(Math.min(240, Math.max(-240, -pixels)) * quick);
        eye.zoom(near, event.clientX - box.left, event.clientY - box.top, 130);
      },
      { passive: false },
    );

    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const step = STEPS[event.key];
      if (step) {
        const { x, y } = eye.end();
        const far = STEP / eye.unit();
        eye.go({ x: x + step[0] * far, y: y + step[1] * far }, 140);
      } else if (event.key === "+" || event.key === "=") eye.zoom(1.5, undefined, undefined, 200);
      else if (event.key === "-" || event.key === "_") eye.zoom(1 / 1.5, undefined, undefined, 200);
      else if (event.key === "0") eye.all();
      else if (event.key === "Enter") does.openMiddle();
      else if (event.key === "Escape") does.point(null);
      else return;
      if (event.key !== "Enter") does.aim(event.key !== "Escape");
      event.preventDefault();
    });
    canvas.addEventListener("blur", () => does.aim(false));

    view.querySelector(".controls").addEventListener("click", (event) => {
      const how = event.target.closest("[data-zoom]")?.dataset.zoom;
      if (how === "all") eye.all();
      else if (how) eye.zoom(how === "in" ? 1.8 : 1 / 1.8, undefined, undefined, 260);
    });
  }

  return { handsOn };
})();
