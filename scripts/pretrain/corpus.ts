/**
 * The pretraining text: WordNet's definitions and examples, and sentences that say what a thing is a kind of.
 *
 * Reserved synsets contribute nothing, and neither does any synset whose definition reads the same as a
 * reserved one's. One reserved synset in ten is the held-out text that the model card's loss is measured on.
 */
import { randomStream } from '../../src/lib/engine/data/random.ts';
import { definitionKey, isReserved, readWordNet, type Synset } from '../data/wordnet.ts';

export interface Corpus {
  train: string[];
  /** From reserved synsets, never trained on. */
  heldOut: string[];
}

/** How far up a chain of hypernyms a sentence goes. */
const CHAIN = 4;

export function readCorpus(): Corpus {
  const synsets = readWordNet();
  const byId = new Map(synsets.map((synset) => [synset.id, synset]));
  const reservedTexts = new Set(
    synsets.filter(({ id }) => isReserved(id)).map(({ definition }) => definitionKey(definition)),
  );
  const open = synsets.filter(
    ({ id, definition }) => !isReserved(id) && !reservedTexts.has(definitionKey(definition)),
  );
  const heldOut = synsets.filter(({ id }) => isReserved(id)).filter((_, index) => index % 10 === 0);
  return {
    train: open.flatMap((synset) => [
      entry(synset),
      ...kinds(synset, byId),
      ...generalKind(synset, byId),
    ]),
    heldOut: heldOut.map(entry),
  };
}

/** `dog, domestic dog: a member of the genus Canis … "the dog barked all night"` */
export function entry({ lemmas, definition, examples }: Synset): string {
  const quoted = examples.map((example) => `; "${example}"`).join('');
  return `${lemmas.slice(0, 4).join(', ')}: ${definition}${quoted}`;
}

/** `a member of the genus Canis …: a kind of canine, carnivore, placental, mammal` */
function kinds(synset: Synset, byId: ReadonlyMap<string, Synset>): string[] {
  const chain = ancestors(synset, byId)
    .slice(0, CHAIN)
    .map(({ lemmas }) => lemmas[0]!);
  return chain.length === 0 ? [] : [`${kindOf(synset)} ${chain.join(', ')}`];
}

/**
 * `a member of the genus Canis …: a kind of animal`: one ancestor at any height, drawn by the synset's id, so that
 * general kinds are learnt beside close ones. The two most abstract levels ("entity", "abstraction") say nothing
 * and are left out.
 */
function generalKind(synset: Synset, byId: ReadonlyMap<string, Synset>): string[] {
  const above = ancestors(synset, byId).slice(1, -2);
  if (above.length === 0) return [];
  const drawn = above[randomStream(0, synset.id).integer(above.length)]!;
  return [`${kindOf(synset)} ${drawn.lemmas[0]!}`];
}

function kindOf({ definition, part }: Synset): string {
  return `${definition}: ${part === 'verb' ? 'a way to' : 'a kind of'}`;
}

/** The chain of first hypernyms, nearest first. */
function ancestors(synset: Synset, byId: ReadonlyMap<string, Synset>): Synset[] {
  const chain: Synset[] = [];
  for (let next = synset.hypernyms[0]; next; next = chain.at(-1)!.hypernyms[0]) {
    const above = byId.get(next);
    // WordNet's verbs hold a cycle or two.
    if (!above || chain.includes(above)) break;
    chain.push(above);
  }
  return chain;
}
