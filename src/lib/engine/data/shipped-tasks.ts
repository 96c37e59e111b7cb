/**
 * The tasks that ship with the project, in the order in which they are offered. The commands in scripts/data write
 * `static/tasks/<id>/task.json` from this list, so lab, host and server have one list and the files follow it.
 */
import type { Task } from './task.ts';

const DOMAINS = [
  'act',
  'animal',
  'artifact',
  'body',
  'communication',
  'food',
  'location',
  'person',
  'plant',
  'state',
  'substance',
  'group',
];

export type ShippedTask = Task & Required<Pick<Task, 'stresses' | 'sequenceLength'>>;

export const SHIPPED_TASKS = [
  {
    id: 'definition-domain',
    title: 'What kind of thing is defined?',
    description:
      'A dictionary definition without its word. Tell which of twelve domains the defined noun belongs to.',
    stresses:
      'Transfer: the base model has read text of this kind, so a method that changes little of it can do well.',
    // As in the sentences of the pretraining text that say what a thing is a kind of.
    template: '{text}: a kind of',
    labels: DOMAINS,
    sequenceLength: 32,
  },
  {
    id: 'part-of-speech',
    title: 'Which part of speech is defined?',
    description:
      'A dictionary definition without its word. Tell whether the defined word is a noun, a verb, an adjective or an adverb.',
    stresses:
      'Little data: 50 training examples a label, so what a method trains can soon learn them by heart.',
    // Where pretraining went on with "kind of" after a noun's definition and with "way to" after a verb's.
    template: '{text}: a',
    labels: ['noun', 'verb', 'adjective', 'adverb'],
    labelWords: ['kind', 'way', 'quality', 'manner'],
    sequenceLength: 32,
  },
  {
    id: 'spam',
    title: 'Spam or ham?',
    description:
      'The subject and the beginning of an e-mail of the years around 2002. Tell unsolicited mail (spam) from mail that somebody wanted (ham).',
    stresses:
      'Foreign text: longer and rougher than anything that the base model has read, with two labels that the text must tell apart.',
    template: '{text}: a kind of',
    labels: ['ham', 'spam'],
    labelWords: ['message', 'business'],
    sequenceLength: 64,
  },
  {
    id: 'ciphered-domain',
    title: 'What kind of thing is defined, in cipher?',
    description:
      'The definitions of definition-domain with every letter moved thirteen places on in the alphabet (ROT13). Tell which of twelve domains the defined noun belongs to.',
    stresses:
      'Distance: pretraining says nothing about such text, so a method has to move far from the base and may lose its English on the way.',
    template: '{text}: a kind of',
    labels: DOMAINS,
    sequenceLength: 32,
  },
] as const satisfies readonly ShippedTask[];

/** @returns undefined for a task that does not ship */
export const shippedTask = (id: string): ShippedTask | undefined =>
  SHIPPED_TASKS.find((task) => task.id === id);
