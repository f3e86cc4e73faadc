// What a viewer would call broken about the layout of a page; each fault is one line of text.

() => {
  const faults = [];
  const name = (node) => {
    const classes = node.getAttribute?.("class")?.split(/\s+/).filter((one) => /^(kd-|st-key|js-)/.test(one));
    const text = (node.textContent ?? "").trim().slice(0, 30);
    return `${node.tagName.toLowerCase()}${classes?.length ? `.${classes.join(".")}` : ""} “${text}”`;
  };
  const isSeen = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const scrolls = (node) => /auto|scroll/.test(getComputedStyle(node).overflowX);
  // The page itself
  for (const node of [document.documentElement, document.querySelector("[data-testid=stMain]")]) {
    if (node && node.scrollWidth > node.clientWidth + 1) {
      faults.push(`sideways scroll: ${node.scrollWidth} > ${node.clientWidth} (${node.tagName})`);
    }
  }

  // What has text or a picture of its own, inside our components
  const ownText = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  const leaves = [...document.querySelectorAll(".kd *")].filter((node) =>
    (ownText(node) || node.matches("canvas, input, svg.kd-curve, svg.kd-surface")) &&
    node.localName !== "option" && node.localName !== "title" && isSeen(node) &&
    !node.closest(".js-plotly-plot")); // the inside of a chart is tested with the charts
  const boxOf = (node) => {
    if (!ownText(node) || node.closest("svg")) return node.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(node);
    const words = range.getBoundingClientRect();
    if (getComputedStyle(node).overflow === "visible") return words;
    const frame = node.getBoundingClientRect(); // what it cuts off itself it ends with three dots
    const [left, top] = [Math.max(words.left, frame.left), Math.max(words.top, frame.top)];
    return new DOMRect(left, top, Math.min(words.right, frame.right) - left,
      Math.min(words.bottom, frame.bottom) - top);
  };
  const withinScrolled = (node, box) => { // what a frame has scrolled out of sight lies on nothing
    let [top, bottom] = [box.top, box.bottom];
    for (let at = node.parentElement; at && at !== document.body; at = at.parentElement) {
      if (!/auto|scroll/.test(getComputedStyle(at).overflowY)) continue;
      const frame = at.getBoundingClientRect();
      [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
    }
    return new DOMRect(box.left, top, box.width, Math.max(0, bottom - top));
  };
  const width = document.documentElement.clientWidth;
  const shown = []; // leaves that are not hidden by a frame that scrolls or clips
  for (const node of leaves) {
    const box = boxOf(node);
    if (!box.width || !box.height) continue;
    let hidden = false;
    for (let at = node; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      const frame = at.getBoundingClientRect();
      const clips = style.overflowX !== "visible" || style.clipPath !== "none";
      const ellipsis = style.textOverflow === "ellipsis";
      if (clips && (ellipsis || scrolls(at)) && at.scrollWidth > at.clientWidth + 1) hidden = true;
      if (style.clipPath.includes("50%")) hidden = true; // only a screen reader has it
      if (hidden) break;
      const isCard = at.matches('.kd, [class*="st-key-panel-"]');
      if ((isCard || (clips && !scrolls(at) && style.clipPath === "none")) && !at.matches("canvas, svg")) {
        if (box.left < frame.left - 2 || box.right > frame.right + 2) {
          faults.push(`cut off: ${name(node)} by ${name(at).slice(0, 60)}: ${Math.round(box.left)}–${Math.round(box.right)} of ${Math.round(frame.left)}–${Math.round(frame.right)}`);
          hidden = true;
        }
      }
    }
    if (!hidden && (box.right > width + 2 || box.left < -2)) faults.push(`beyond the window: ${name(node)}`);
    if (!hidden) shown.push([node, withinScrolled(node, box)]);
  }

  // Words of a component that lie on each other
  const stuckIn = (node) => { // what stays in sight while the rest of a component scrolls beneath it
    for (let at = node; !at.matches(".kd"); at = at.parentElement) {
      if (getComputedStyle(at).position === "sticky") return at;
    }
    return null;
  };
  const words = shown.filter(([node]) => ownText(node) && !node.closest(".kd-surface, .kd-curve"))
    .map(([node, box]) => [node, box, stuckIn(node)]);
  for (let one = 0; one < words.length; one++) {
    for (let other = one + 1; other < words.length; other++) {
      const [[a, p, stuck], [b, q, stuckToo]] = [words[one], words[other]];
      if (a.contains(b) || b.contains(a) || a.closest(".kd") !== b.closest(".kd")) continue;
      if (stuck !== stuckToo) continue;
      const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (across > 2 && down > 3) faults.push(`overlap: ${name(a)} and ${name(b)}`);
    }
  }
  return [...new Set(faults)];
}
