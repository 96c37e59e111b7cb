/** A context for tests: what the fixture lesson refers to, and the project's own course and measurements. */
import { METHODS_REPORT } from '../../measurements/methods.ts';
import { LESSONS } from '../course.ts';
import type { CompileContext } from './context.ts';
import { countGuideMemory } from './guide-memory.ts';

const GUIDE_MEMORY = countGuideMemory();

export const testContext = (overrides: Partial<CompileContext> = {}): CompileContext => ({
  course: LESSONS,
  headingsOf: () => null,
  paths: new Set(['/', '/lab', '/tools', '/runs']),
  references: [
    {
      key: 'rafailov2023',
      authors: 'Rafailov, R., Sharma, A., Mitchell, E., et al.',
      year: 2023,
      title: 'Direct preference optimization',
      venue: 'NeurIPS 2023',
      url: 'https://arxiv.org/abs/2305.18290',
    },
    {
      key: 'ouyang2022',
      authors: 'Ouyang, L., Wu, J., Jiang, X., et al.',
      year: 2022,
      title: 'Training language models to follow instructions with human feedback',
      venue: 'NeurIPS 2022',
      url: 'https://arxiv.org/abs/2203.02155',
    },
  ],
  report: METHODS_REPORT,
  brokenRecipes: [{ id: 'too-hot', title: 'Too hot', broken: 'lr=1', repaired: 'lr=0.003' }],
  built: new Set(['lora']),
  figures: new Set(['pair-margin']),
  guideMemory: () => GUIDE_MEMORY,
  // Highlighting has a test of its own; here the code only has to arrive.
  highlight: (code) => code.replaceAll('<', '&lt;'),
  ...overrides,
});
