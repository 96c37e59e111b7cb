/** The directives that lessons have, with their attributes: what is not in this table is a fault. */
import type { Root } from 'mdast';
import type { Directives } from 'mdast-util-directive';
import type { Faults } from './fault.ts';
import { plainText, walk } from './parse.ts';

const FORMS = {
  textDirective: ':',
  leafDirective: '::',
  containerDirective: ':::',
} as const;

interface Shape {
  form: keyof typeof FORMS;
  label?: 'needed';
  needs?: readonly string[];
  takes?: readonly string[];
  /** Any attribute besides is a setting. */
  open?: true;
}

const SHAPES: Record<string, Shape> = {
  cite: { form: 'textDirective', label: 'needed', takes: ['at'] },
  cited: { form: 'textDirective', label: 'needed', needs: ['key'], takes: ['at'] },
  measured: { form: 'textDirective', needs: ['config', 'figure'], takes: ['task'] },
  set: { form: 'textDirective', label: 'needed', needs: ['figure'], open: true },
  instrument: { form: 'leafDirective', needs: ['name'], takes: ['state'] },
  figure: { form: 'leafDirective', label: 'needed', needs: ['name'] },
  lab: { form: 'leafDirective', label: 'needed', needs: ['recipe'] },
  guide: { form: 'leafDirective' },
  methods: { form: 'leafDirective' },
  'preview-end': { form: 'leafDirective' },
  check: { form: 'containerDirective', needs: ['id'], takes: ['many', 'objective'] },
  predict: { form: 'containerDirective', needs: ['id'], takes: ['objective'] },
  broken: { form: 'containerDirective', needs: ['recipe'] },
  aside: { form: 'containerDirective' },
};

export type DirectiveName = keyof typeof SHAPES;

/** Finds every directive that is unknown, in the wrong form, or with attributes that it does not take or lacks. */
export function checkDirectives(root: Root, faults: Faults): void {
  walk(root, (node) => {
    if (node.type in FORMS) checkOne(node as Directives, faults);
  });
}

function checkOne(node: Directives, faults: Faults): void {
  const { name } = node;
  const written = `${FORMS[node.type]}${name}`;
  const shape = Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined;
  if (!shape) {
    const plain = node.type === 'textDirective' ? ` For a plain colon write \\:${name}.` : '';
    return faults.at(node, `There is no directive ${written}.${plain}`);
  }
  if (shape.form !== node.type)
    return faults.at(node, `${name} is written ${FORMS[shape.form]}${name}, not ${written}.`);
  const { needs = [], takes = [], open } = shape;
  const given = node.attributes ?? {};
  for (const attribute of needs)
    if (!given[attribute]) faults.at(node, `${written} lacks ${attribute}=….`);
  for (const attribute of Object.keys(given))
    if (!open && !needs.includes(attribute) && !takes.includes(attribute))
      faults.at(node, `${written} has no attribute ${attribute}${known([...needs, ...takes])}.`);
  const labelled = node.type !== 'containerDirective' && node.children.length > 0;
  if (shape.label === 'needed' && (!labelled || plainText(node) === ''))
    faults.at(node, `${written} lacks its text in [ ].`);
  if (shape.label !== 'needed' && labelled) faults.at(node, `${written} takes no text in [ ].`);
}

const known = (names: readonly string[]) =>
  names.length > 0 ? `; it takes ${names.join(', ')}` : '';
