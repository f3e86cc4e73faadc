// Charts that are compared: the same axes on both.

const groups = new Map();

/**
 * Join the charts of a group.
 * @param changed called when another chart's values ask for other axes
 * @returns {apply(traces, layout), leave()}; `apply` changes both to what all have in common
 */
export function shareAxes(group, changed) {
  const members = groups.get(group) ?? new Map();
  groups.set(group, members);
  const self = {};
  members.set(self, { spans: {}, changed });
  return {
    apply(traces, layout) {
      const spans = spansOf(traces, layout);
      const before = JSON.stringify(members.get(self).spans);
      members.get(self).spans = spans;
      if (JSON.stringify(spans) !== before) {
        for (const [other, one] of members) if (other !== self) one.changed();
      }
      const all = [...members.values()].map((one) => one.spans);
      for (const name of Object.keys(spans)) {
        const [low, high] = union(all.map((one) => one[name]).filter(Boolean));
        if (name === "z") for (const trace of traces) {
          if (trace.type === "heatmap") Object.assign(trace, { zmin: low, zmax: high });
        }
        else Object.assign(layout[name], { range: [low, high], autorange: false });
      }
    },
    leave() {
      members.delete(self);
      if (members.size === 0) groups.delete(group);
      for (const one of members.values()) one.changed();
    },
  };
}

const union = (spans) => [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];

/** The ends of every numeric axis, and of the colours of heat maps. */
function spansOf(traces, layout) {
  const spans = {};
  const add = (name, span) => (spans[name] = spans[name] ? union([spans[name], span]) : span);
  for (const trace of traces) {
    if (trace.type === "heatmap") {
      add("z", [trace.zmin ?? 0, trace.zmax ?? 1]);
      continue;
    }
    for (const letter of ["x", "y"]) {
      const name = `${letter}axis${(trace[`${letter}axis`] ?? letter).slice(1)}`;
      const axis = layout[name];
      const values = (trace[letter] ?? []).filter(Number.isFinite);
      if (!axis || axis.type === "log" || axis.autorange || typeof trace[letter]?.[0] === "string") continue;
      if (axis.range) add(name, axis.range);
      else if (values.length) add(name, padded(values, axis, trace.type === "bar" && letter === "y"));
    }
  }
  return spans;
}

function padded(values, { rangemode }, fromZero) {
  const low = Math.min(...values), high = Math.max(...values);
  const air = 0.06 * (high - low || 1);
  return [rangemode === "tozero" || fromZero ? Math.min(0, low) : low - air, high + air];
}
