// Plays texts on the hall screen's stage and tells which letters nobody sees. For test_hall_screen.py.

window.hall = (() => {
  const TOLERANCE = 1;
  const BOXES = ".stage-room, .stage-from > *, .stage-pitch-stand > *, .stage-message, .stage-next > li, .stage-pitch-near > div, .stage-idle p, .stage-city, .way-in > p";
  /** The stage as the server draws it, before any script saw it. */
  let pristine = document.createElement("section");

  const hidden = (element) => element.closest(".visually-hidden") || !element.checkVisibility();
  const rectOf = (element) => element.getBoundingClientRect();
  const beyond = (letter, box) => Math.max(box.left - letter.left, letter.right - box.right, box.top - letter.top, letter.bottom - box.bottom);
  const bare = (text) => text.replace(/[\s·]/g, "");

  /** Letters outside their box, a clipping ancestor or the picture. */
  function outside() {
    const found = [];
    const range = document.createRange();
    const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    const picture = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || parent.closest(".hall-tools, .hall-line") || hidden(parent)) continue;
      // A font's letters may be a little higher than its lines; what clips would cut that too.
      const leading = Number.parseFloat(getComputedStyle(parent).fontSize) * 0.1;
      const boxes = [{ box: picture, tolerance: TOLERANCE }];
      for (let one = parent; one; one = one.parentElement) {
        if (getComputedStyle(one).overflow !== "visible") boxes.push({ box: rectOf(one), tolerance: TOLERANCE });
        else if (one.matches(BOXES)) boxes.push({ box: rectOf(one), tolerance: leading + TOLERANCE });
      }
      range.selectNodeContents(node);
      const letters = [...range.getClientRects()].filter(({ width }) => width);
      const worst = Math.max(...letters.flatMap((letter) => boxes.map(({ box, tolerance }) => beyond(letter, box) - tolerance)));
      if (worst > 0) found.push(`${parent.className || parent.parentElement.className}: ${Math.round(worst)} px`);
    }
    return found;
  }

  /** Parts of the picture that lie upon one another. */
  function overlapping() {
    const parts = [...document.querySelectorAll(`${BOXES}, .stage-number, .stage-votes, .stage-state, .stage-clock, .way-in-code, .stage-pitch-way, .stage-pitch-time`)]
      .filter((one) => !hidden(one) && rectOf(one).width);
    return parts.flatMap((one, index) => parts.slice(index + 1).filter((other) => {
      if (one.contains(other) || other.contains(one)) return false;
      const [a, b] = [rectOf(one), rectOf(other)];
      return Math.min(a.right, b.right) - Math.max(a.left, b.left) > TOLERANCE && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > TOLERANCE;
    }).map((other) => `${one.className} on ${other.className}`));
  }

  /** What was put in and is not shown to its end, and does not say so. */
  function cutUnsaid(texts) {
    const says = [...document.querySelectorAll(".stage-whole")].some((one) => one.checkVisibility());
    return Object.entries(texts).flatMap(([selector, given]) => {
      const element = document.querySelector(selector);
      const shown = element?.textContent.trim() ?? "";
      if (!element || bare(shown) === bare(given)) return [];
      const kept = bare(shown.slice(0, -1));
      if (!shown.endsWith("…") || !bare(given).startsWith(kept)) return [`${selector} is cut without a mark`];
      return says || element.closest(".stage-coming, .stage-pitch-near") ? [] : [`${selector}: nothing says where the rest is`];
    });
  }

  const lines = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const tops = [...range.getClientRects()].filter(({ width }) => width).map(({ top }) => top).sort((a, b) => a - b);
    const least = Number.parseFloat(getComputedStyle(element).lineHeight) / 2;
    return tops.filter((top, index) => !index || top - tops[index - 1] > least).length;
  };

  const place = (texts) => {
    const fresh = pristine.cloneNode(true);
    for (const [selector, text] of Object.entries(texts)) {
      for (const element of fresh.querySelectorAll(selector)) {
        if (text) element.textContent = text;
        else element.remove();
        // As the template does.
        if (element.matches(".stage-stand b")) element.parentElement.toggleAttribute("data-long", text.length > 12);
      }
    }
    document.getElementById("stage").replaceWith(fresh);
    const before = performance.now();
    document.dispatchEvent(new CustomEvent("exchange:dom-updated", { detail: { heard: [], outside: [] } }));
    // Layout is part of it.
    document.body.offsetHeight;
    const took = performance.now() - before;
    for (const animation of document.getAnimations()) animation.finish();
    return took;
  };

  return {
    async start() {
      const request = new XMLHttpRequest();
      request.responseType = "document";
      request.open("GET", location.href);
      request.send();
      await new Promise((resolve) => { request.onload = resolve; });
      pristine = document.importNode(request.response.getElementById("stage"), true);
      await document.fonts.ready;
    },
    /** Faults of each of these texts, and how long fitting took. */
    play: (cases) => cases.map((texts) => {
      const took = place(texts);
      const message = document.querySelector(".stage:not([data-shows=idle]) > .stage-message");
      const tall = message && lines(message) > 2 ? [`${lines(message)} lines of message`] : [];
      return { took, faults: [...outside(), ...overlapping(), ...cutUnsaid(texts), ...tall] };
    }),
    place,
    outside,
    sizes: () => Object.fromEntries([...document.querySelectorAll("main [class]")].filter((one) => one.checkVisibility())
      .map((one) => [one.classList[0], Number.parseFloat(getComputedStyle(one).fontSize) / innerHeight])),
  };
})();
