import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesBetween, presenceBetween, withChanges, withPresence } from './class-changes.ts';

interface Word {
  step: number;
  loss: number | null;
  recipe: { rank: number };
}
const word = fc.record<Word>({
  step: fc.nat(3),
  loss: fc.option(fc.constantFrom(0.5, 1.5)),
  recipe: fc.record({ rank: fc.nat(2) }),
});
const moment = fc.dictionary(fc.constantFrom('ada', 'bob', 'cleo'), word, {
  noNullPrototype: true,
});
const mapOf = <T>(record: Record<string, T>) => new Map(Object.entries(record));

describe('telemetry by its changes (T-8)', () => {
  it('is on the screen what it is on the server, after any sendings', () => {
    fc.assert(
      fc.property(fc.array(moment, { minLength: 1 }), (moments) => {
        let held = withChanges<Word>(
          { gone: { step: 0, loss: null, recipe: { rank: 0 } } },
          {
            whole: true,
            changed: moments[0]!,
          },
        );
        for (const [index, now] of moments.entries()) {
          const changed = changesBetween(mapOf(moments[index - 1] ?? now), mapOf(now));
          held = withChanges(held, { whole: false, changed });
          expect(held).toEqual(now);
        }
      }),
    );
  });

  it('sends the fields that differ, every one of a new id, and nothing of what stayed', () => {
    const ada = { step: 1, loss: 2, recipe: { rank: 8 } };
    const sent = mapOf({ ada, bob: ada, cleo: ada });
    const now = mapOf({
      ada: { ...ada, step: 2, recipe: { rank: 8 } },
      bob: { ...ada },
      dora: ada,
    });
    expect(changesBetween(sent, now)).toEqual({ ada: { step: 2 }, dora: ada, cleo: null });
  });

  it('holds who is here in the same way', () => {
    const change = presenceBetween(new Set(['ada', 'bob']), new Set(['bob', 'cleo']));
    expect(change).toEqual({ here: ['cleo'], gone: ['ada'] });
    expect(withPresence(new Set(['ada', 'bob']), { whole: false, ...change })).toEqual(
      new Set(['bob', 'cleo']),
    );
    expect(withPresence(new Set(['ada']), { whole: true, here: ['bob'], gone: [] })).toEqual(
      new Set(['bob']),
    );
  });
});
