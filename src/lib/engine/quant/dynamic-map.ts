/**
 * The signed dynamic map of bitsandbytes (`create_dynamic_map`), Dettmers 2016 (arXiv:1511.04561): 256 values in
 * −1…1, close together near zero and far apart near the ends. Seven decades each hold 1, 2, 4, … 64 values and
 * their negatives: the middles of equal parts of 0.1…1 times the decade. 0 and 1 make them 256.
 *
 * Every rounding is float32's, in the order in which PyTorch makes them: its `linspace` counts from both ends,
 * and fuses product and sum on a CPU with FMA, which a sum of doubles rounded once reproduces.
 */

const DECADES = 7;

const { fround } = Math;

/** n + 1 values from 0.1 to 1, as torch.linspace(0.1, 1, n + 1) rounds them. */
function bounds(n: number): number[] {
  const first = fround(0.1);
  const step = fround(fround(1 - first) / n);
  const middle = (n + 1) >> 1;
  return Array.from({ length: n + 1 }, (_, i) =>
    i < middle ? fround(step * i + first) : fround(1 - step * (n - i)),
  );
}

/** [256], rising. */
export const DYNAMIC_MAP: Float32Array = (() => {
  const values = [0, 1];
  for (let decade = 0; decade < DECADES; decade++) {
    const factor = fround(10 ** (decade - DECADES + 1));
    const parts = bounds(2 ** decade);
    for (let i = 0; i + 1 < parts.length; i++) {
      const middle = fround(fround(parts[i]! + parts[i + 1]!) / 2);
      const value = fround(factor * middle);
      values.push(value, -value);
    }
  }
  return Float32Array.from(values).sort();
})();

/** Code of the nearest value, the lower one on a tie. Distances are float32, as where the map comes from. */
export function nearestDynamicCode(value: number): number {
  let code = 0;
  while (code + 1 < DYNAMIC_MAP.length && DYNAMIC_MAP[code + 1]! <= value) code++;
  const next = DYNAMIC_MAP[code + 1];
  if (next === undefined) return code;
  const below = Math.abs(fround(value - DYNAMIC_MAP[code]!));
  const above = Math.abs(fround(value - next));
  return above < below ? code + 1 : code;
}
