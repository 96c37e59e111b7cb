/** A small class for the tests of this folder. Used by tests alone. */
import type { Progress } from '../protocol.ts';
import type { SessionEvent } from '../session.ts';

export const SEATS: SessionEvent[] = ['Ada', 'Bob', 'Cleo', 'Dora'].map((nickname, index) => ({
  type: 'participant:joined',
  at: index,
  participant: { id: nickname.toLowerCase(), nickname, joinedAt: index },
}));

export const progressOf = (change: Partial<Progress> = {}): Progress => ({
  runId: '5b0c7d9e-1f3a-4f43-9a52-6f1d2f1a0b10',
  step: 30,
  steps: 300,
  loss: 1.2,
  accuracy: 0.5,
  validationLoss: 1.3,
  validatedAt: 0,
  tokensPerSecond: 900,
  backend: 'wasm',
  state: 'running',
  diagnosis: null,
  recipe: { method: 'lora', rank: 8, quantisation: 'fp32', trainable: 80_384, memory: 3e7 },
  ...change,
});
