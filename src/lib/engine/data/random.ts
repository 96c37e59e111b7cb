/**
 * Seeded pseudo-random numbers. One stream per purpose, so that what one part draws never shifts another:
 * the data order stays the same when a method adds tensors.
 */

export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal, Box–Muller. */
  normal(): number;
  /** Uniform whole number in [0, below). */
  integer(below: number): number;
}

/** mulberry32 seeded with a hash of the seed and the purpose (FNV-1a). */
export function randomStream(seed: number, purpose: string): Random {
  let state = 0x811c9dc5;
  for (const character of `${seed}/${purpose}`)
    state = Math.imul(state ^ character.codePointAt(0)!, 0x01000193);

  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (below) => Math.floor(uniform() * below),
  };
}

/** Fisher–Yates, into a new array. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = items.slice();
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}
