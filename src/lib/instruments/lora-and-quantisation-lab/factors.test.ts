import { describe, expect, it } from 'vitest';
import { factorShapes } from './factors.ts';

const area = ({ width, height }: { width: number; height: number }) => width * height;

describe('W with its factors, drawn (N-20)', () => {
  it.each([
    [[128, 128], 8],
    [[352, 128], 1],
    [[128, 352], 64],
  ] as const)('of %s at rank %i has areas that are parameters', ([out, into], rank) => {
    const { w, a, b, delta } = factorShapes([out, into], rank);
    expect(area(w)).toBe(out * into);
    expect(area(delta)).toBe(out * into);
    expect(area(b!) + area(a!)).toBe(rank * (out + into));
  });

  it('keeps everything apart and inside', () => {
    for (const rank of [1, 8, 64, null])
      for (const dora of [false, true]) {
        const { width, height, w, a, b, magnitude, delta } = factorShapes([352, 128], rank, dora);
        const row = [w, b, magnitude, delta].filter((rect) => rect !== null);
        row
          .slice(1)
          .forEach((rect, k) => expect(rect.x).toBeGreaterThan(row[k]!.x + row[k]!.width));
        if (a) expect(a.y).toBeGreaterThan(w.height);
        for (const rect of [w, b, a, magnitude, delta].filter((one) => one !== null)) {
          expect(rect.x + rect.width).toBeLessThanOrEqual(width + 1e-9);
          expect(rect.y + rect.height).toBeLessThanOrEqual(height + 1e-9);
        }
        expect(magnitude !== null).toBe(dora && rank !== null);
      }
  });

  it('widens the strips with the rank and leaves W as it is', () => {
    const [narrow, wide] = [4, 32].map((rank) => factorShapes([128, 128], rank));
    expect(wide!.b!.width / narrow!.b!.width).toBe(8);
    expect(wide!.a!.height / narrow!.a!.height).toBe(8);
    expect(wide!.w).toEqual(narrow!.w);
  });
});
