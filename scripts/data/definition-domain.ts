/**
 * Makes the task `definition-domain`: a WordNet definition, and which of twelve domains its noun belongs to.
 * Run: npx tsx scripts/data/definition-domain.ts
 */
import { domainSplits } from './domains.ts';
import { writeTask } from './task-files.ts';

writeTask('definition-domain', domainSplits());
