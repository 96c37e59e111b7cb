/**
 * Makes the task `ciphered-domain`: the texts of `definition-domain` in ROT13, each in the split it has there.
 * Run: npx tsx scripts/data/ciphered-domain.ts
 */
import { domainSplits } from './domains.ts';
import { rot13 } from './rot13.ts';
import { writeTask, type Row } from './task-files.ts';

const ciphered = (rows: readonly Row[]) =>
  rows.map(({ text, label }) => ({ text: rot13(text), label }));
const { train, validation, pool } = domainSplits();
writeTask('ciphered-domain', {
  train: ciphered(train),
  validation: ciphered(validation),
  pool: ciphered(pool),
});
