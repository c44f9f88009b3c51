// Sizes and spans as people read them.
const UNITS = ["KiB", "MiB", "GiB", "TiB"];

export function bytes(number) {
  if (number < 1024) return `${Math.round(number)} bytes`;
  let value = number;
  let unit = "";
  for (unit of UNITS) {
    value /= 1024;
    if (value < 1023.95) break;
  }
  return `${value.toFixed(1)} ${unit}`;
}

export function seconds(number) {
  if (!Number.isFinite(number)) return "a while";
  if (number < 60) return `${Math.ceil(number)} s`;
  return `${Math.ceil(number / 60)} min`;
}
