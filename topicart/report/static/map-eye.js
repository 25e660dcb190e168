// Where the reader looks: a point of the world in the middle of the view, and how near.
"use strict";

topicart.mapEye = (() => {
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");

  /** Return an eye on a map; `moved` is called whenever it looks elsewhere. */
  function eyeOn(map, moved) {
    const eye = { scale: 1, x: map.width / 2, y: map.height / 2 };
    // The part of the canvas that nothing covers; at scale 1 the whole map fits into it.
    let free = { left: 0, top: 0, width: 1, height: 1 };
    let nearest = 40;
    let base = 1;
    let flight = null;

    function fit(part, farthestIn) {
      free = part;
      const margin = Math.min(free.width, free.height) * 0.055 + 12;
      base = Math.min(
        (free.width - 2 * margin) / Math.max(map.width, 1e-3),
        (free.height - 2 * margin) / Math.max(map.height, 1e-3),
      );
      base = Math.max(base, 10);
      nearest = farthestIn(base);
    }

    const unit = () => base * eye.scale;
    const middle = () => [free.left + free.width / 2, free.top + free.height / 2];
    const toView = (x, y) => {
      const [across, down] = middle();
      return [(x - eye.x) * unit() + across, (y - eye.y) * unit() + down];
    };
    const toWorld = (left, top) => {
      const [across, down] = middle();
      return [(left - across) / unit() + eye.x, (top - down) / unit() + eye.y];
    };

    const held = ({ x, y, scale }) => ({
      x: Math.min(map.width, Math.max(0, x)),
      y: Math.min(map.height, Math.max(0, y)),
      scale: Math.min(nearest, Math.max(1, scale)),
    });

    function look(to) {
      Object.assign(eye, held({ ...eye, ...to }));
      moved();
    }

    function move(right, down) {
      flight = null;
      look({ x: eye.x + right / unit(), y: eye.y + down / unit() });
    }

    /** Go somewhere, in `duration` milliseconds where movement is welcome. */
    function go(to, duration = 320) {
      const there = held({ ...eye, ...to });
      if (still.matches || !duration) {
        flight = null;
        look(there);
      } else {
        flight = { from: { ...eye }, end: there, begun: performance.now(), duration };
        moved();
      }
    }

    /** Take the next step of a flight; call it once a frame. */
    function step(now) {
      if (!flight) return;
      const { from, end: there, begun, duration } = flight;
      const time = Math.min(1, Math.max(0, (now - begun) / duration));
      const eased = 1 - (1 - time) ** 3;
      const scale = from.scale * (there.scale / from.scale) ** eased;
      // So the point that both ends share on the screen, the pointer's, stays where it is.
      const apart = 1 / there.scale - 1 / from.scale;
      const share = Math.abs(apart) < 1e-9 ? eased : (1 / scale - 1 / from.scale) / apart;
      if (time >= 1) flight = null;
      look({
        scale,
        x: from.x + (there.x - from.x) * share,
        y: from.y + (there.y - from.y) * share,
      });
    }

    /** Where the flight ends; where the eye is if it does not fly. */
    const end = () => (flight ? flight.end : { ...eye });

    /** Come nearer by a factor; the place under (left, top) stays there. */
    function zoom(factor, left, top, duration = 0) {
      const from = end();
      const [across, down] = middle();
      const scale = Math.min(nearest, Math.max(1, from.scale * factor));
      const shift = 1 / (base * from.scale) - 1 / (base * scale);
      go(
        {
          scale,
          x: from.x + ((left ?? across) - across) * shift,
          y: from.y + ((top ?? down) - down) * shift,
        },
        duration,
      );
    }

    const all = () => go({ scale: 1, x: map.width / 2, y: map.height / 2 }, 420);
    const home = () =>
      eye.scale < 1.001 &&
      Math.hypot(eye.x - map.width / 2, eye.y - map.height / 2) < 0.001;

    return {
      all,
      end,
      fit,
      go,
      home,
      middle,
      move,
      step,
      toView,
      toWorld,
      unit,
      zoom,
      base: () => base,
      flying: () => flight !== null,
      nearest: () => nearest,
      now: () => eye,
    };
  }

  return { eyeOn };
})();
