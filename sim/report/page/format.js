// SPDX-License-Identifier: Apache-2.0
// Numbers with units, as people read them.

function scaled(value, steps) {
  for (const [limit, unit] of steps) {
    if (Math.abs(value) >= limit) return `${number(value / limit)} ${unit}`;
  }
  const [limit, unit] = steps[steps.length - 1];
  return `${number(value / limit)} ${unit}`;
}

/** At most four significant digits, no exponent for what people meet. */
export function number(value) {
  if (!Number.isFinite(value)) return "–";
  if (value < 0) return `−${number(-value)}`;
  if (value === 0) return "0";
  const magnitude = Math.floor(Math.log10(value));
  if (magnitude >= 15 || magnitude < -6) return value.toExponential(2);
  const digits = Math.max(0, Math.min(6, 3 - magnitude));
  return value.toLocaleString("en", { maximumFractionDigits: digits, useGrouping: magnitude >= 4 });
}

/** A unit for an axis that ends at so many picoseconds. */
export function timeAxis(ps) {
  const [size, unit] = [[1e12, "s"], [1e9, "ms"], [1e6, "µs"], [1e3, "ns"]].find(([limit]) => ps >= 2 * limit) ?? [1, "ps"];
  return { size, unit };
}
export const picoseconds = (ps) => scaled(ps, [[1e12, "s"], [1e9, "ms"], [1e6, "µs"], [1e3, "ns"], [1, "ps"]]);
export const bytes = (n) => scaled(n, [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"], [1, "B"]]);
export const byteRate = (perSecond) => `${bytes(perSecond)}/s`;
export const energy = (pj) => scaled(pj, [[1e12, "J"], [1e9, "mJ"], [1e6, "µJ"], [1e3, "nJ"], [1, "pJ"]]);
export const operationRate = (perSecond) =>
  scaled(perSecond, [[1e12, "TOPS"], [1e9, "GOPS"], [1e6, "MOPS"], [1, "OPS"]]);
export const percent = (share) => (share === 0 ? "0 %" : `${(100 * share).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`);
export const elasticity = (value) => value.toFixed(3).replace("-", "−");
export const ratio = (value) => `${number(value)} ×`;
export const signedPercent = (share) => `${share >= 0 ? "+" : "−"}${percent(Math.abs(share))}`;
