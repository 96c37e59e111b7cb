/** What of a lesson a reader without a pass is sent. Everything else stays on the server: it is not merely hidden. */
import type { Block, CompiledLesson, Run } from './lesson.ts';

/** Of a lesson for members nothing but its head; the runs keep their numbers, and those left out are empty. */
export function previewOf(lesson: CompiledLesson): CompiledLesson {
  const sections = lesson.sections.filter(({ preview }) => preview);
  const intro = lesson.meta.access === 'members' ? [] : lesson.intro;
  const blocks = [intro, ...sections.map((section) => section.blocks)].flat();
  const used = new Set([...sections.map(({ heading }) => heading), ...blocks.flatMap(runsOf)]);
  const runs = lesson.runs.map((html, run) => (used.has(run) ? html : ''));
  const shown = everyBlock(blocks);
  const instruments = new Set(shown.flatMap((one) => (one.kind === 'instrument' ? one.name : [])));
  const figures = new Set(shown.flatMap((one) => (one.kind === 'figure' ? one.name : [])));
  return {
    meta: {
      ...lesson.meta,
      instruments: lesson.meta.instruments.filter((name) => instruments.has(name)),
    },
    intro,
    sections,
    // Numbered in the order in which they are cited, so the first ones.
    references: lesson.references.filter(({ key }) =>
      runs.some((html) => html.includes(`#ref-${key}"`)),
    ),
    figures: lesson.figures.filter((name) => figures.has(name)),
    runs,
  };
}

const everyBlock = (blocks: readonly Block[]): Block[] =>
  blocks.flatMap((block) =>
    block.kind === 'predict' ? [block, ...everyBlock(block.reveal)] : [block],
  );

function runsOf(block: Block): Run[] {
  switch (block.kind) {
    case 'html':
      return [block.run];
    case 'figure':
      return [block.caption];
    case 'broken':
      return [block.symptom, block.evidence, block.fix];
    case 'check':
    case 'predict':
      return [
        block.question,
        ...block.choices.flatMap(({ text, explanation }) =>
          explanation === null ? [text] : [text, explanation],
        ),
        ...(block.kind === 'predict' ? block.reveal.flatMap(runsOf) : []),
      ];
    case 'instrument':
    case 'methods':
    case 'guide':
      return [];
  }
}
