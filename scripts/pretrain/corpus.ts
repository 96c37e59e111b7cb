/**
 * The pretraining text: WordNet's definitions and examples, and sentences that say what a thing is a kind of.
 *
 * Reserved synsets contribute nothing, and neither does any synset whose definition reads the same as a
 * reserved one's. One reserved synset in ten is the held-out text that the model card's loss is measured on.
 */
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
    train: open.flatMap((synset) => [entry(synset), ...kinds(synset, byId)]),
    heldOut: heldOut.map(entry),
  };
}

/** `dog, domestic dog: a member of the genus Canis … "the dog barked all night"` */
function entry({ lemmas, definition, examples }: Synset): string {
  const quoted = examples.map((example) => `; "${example}"`).join('');
  return `${lemmas.slice(0, 4).join(', ')}: ${definition}${quoted}`;
}

/** `a member of the genus Canis …: a kind of canine, carnivore, placental, mammal` */
function kinds({ definition, hypernyms, part }: Synset, byId: Map<string, Synset>): string[] {
  const chain: string[] = [];
  let next = hypernyms[0];
  while (next && chain.length < CHAIN) {
    const above = byId.get(next);
    if (!above) break;
    chain.push(above.lemmas[0]!);
    next = above.hypernyms[0];
  }
  if (chain.length === 0) return [];
  return [`${definition}: ${part === 'verb' ? 'a way to' : 'a kind of'} ${chain.join(', ')}`];
}
