/** What the explorer shows, in sentences: for everybody who reads, and for a screen reader when something changes. */
import { methodName, QUANTISATION_NAMES } from '../../engine/formats/recipe-name.ts';
import type { Quantisation } from '../../engine/formats/recipe.ts';
import type { InspectedToken } from '../../engine/inspect/inspector.ts';
import type { ModelTensor, Role } from '../../engine/inspect/tensors.ts';
import { formatCount, formatShare, plural } from '../../ui/format.ts';
import { tensorsOf, type DrawnModel, type Item } from './layout.ts';
import { isBlockPart, PART_NAMES, placeOf, type Part } from './parts.ts';
import type { Grid, Settled } from './settle.ts';

export const sumOf = (tensors: readonly ModelTensor[], of: 'parameters' | 'bytes', role?: Role) =>
  tensors.reduce((sum, tensor) => (role && tensor.role !== role ? sum : sum + tensor[of]), 0);

export function roleName(role: Role, quantisation: Quantisation): string {
  return role === 'quantised' ? `quantised, ${QUANTISATION_NAMES[quantisation]}` : role;
}

/** `9 tensors frozen, 14 trained` */
export function rolesOf(tensors: readonly ModelTensor[]): string {
  const counts = (['frozen', 'quantised', 'trained'] as const)
    .map((role) => ({ role, count: tensors.filter((tensor) => tensor.role === role).length }))
    .filter(({ count }) => count > 0);
  if (counts.length === 0) return 'no tensors';
  return counts
    .map(({ role, count }, index) =>
      index === 0 ? `${plural(count, 'tensor')} ${role}` : `${count} ${role}`,
    )
    .join(', ');
}

export const tensorsInBlock = (tensors: readonly ModelTensor[], layer: number): ModelTensor[] =>
  tensors.filter(({ name }) => placeOf(name).layer === layer);

export const partName = (part: Part, layer: number): string =>
  isBlockPart(part) ? `${PART_NAMES[part]} of block ${layer}` : PART_NAMES[part];

/** A matrix or a vector, as it is written. */
export const sizeName = (shape: readonly number[]): string => shape.map(formatCount).join(' × ');

/** A token where it must be seen: a space shows as a mark, and what has no text has a name. */
export function tokenName({ text }: Pick<InspectedToken, 'text'>, index: number): string {
  if (index === 0 && text === '') return 'start';
  return text.trim() === '' ? `“${text}”` : text.trim();
}

/** Name of an item for who cannot see it. */
export function itemName(item: Item, { tensors }: DrawnModel): string {
  if (item.part === null) {
    const inside = tensorsInBlock(tensors, item.layer!);
    return `Block ${item.layer}: ${rolesOf(inside)}`;
  }
  if (item.part === 'attention') return 'Attention of your text';
  if (item.part === 'residual') return 'Hidden states of the chosen token';
  const own = tensorsOf(tensors, item.part, item.layer);
  if (own.length === 0) return `${PART_NAMES[item.part]}: made by its MLP`;
  return `${PART_NAMES[item.part]}: ${own.map(({ shape, role }) => `${sizeName(shape)} ${role}`).join(', ')}`;
}

/** Enough digits to tell float32 values apart. */
export const exactly = (value: number): string =>
  value === 0 ? '0' : String(Number(value.toPrecision(7))).replace('-', '−');

/** What is on the screen now, in one to three sentences. */
export function summaryOf(state: Settled, model: DrawnModel, grid: Grid | null): string {
  const { tensors, config } = model;
  const { level, layer, part, recipe, cell } = state;
  const method = methodName(recipe.method);
  if (level === 'overview') {
    const [trained, all] = [sumOf(tensors, 'parameters', 'trained'), sumOf(tensors, 'parameters')];
    const blocks = Array.from({ length: config.layers }, (_, index) => index).filter((index) =>
      tensorsInBlock(tensors, index).some(({ role }) => role === 'trained'),
    );
    const where =
      model.prefixLength > 0
        ? 'in front of the keys and values of every block'
        : blocks.length === config.layers
          ? 'in every block'
          : blocks.length === 0
            ? 'in no block'
            : `in ${plural(blocks.length, 'block')} of ${config.layers}`;
    return `Overview of ${recipe.base.id}, ${plural(config.layers, 'block')}. ${method} trains ${formatCount(trained)} of ${formatCount(all)} parameters (${formatShare(trained / all)}), ${where}.`;
  }
  if (level === 'block') {
    const inside = tensorsInBlock(tensors, layer);
    const trained = sumOf(inside, 'parameters', 'trained');
    // A prefix is one tensor of all blocks; this is the block's part of it.
    const prefix = 2 * model.prefixLength * config.keyValueHeads * config.headSize;
    const within = plural(trained, 'trained parameter');
    const where =
      prefix > 0
        ? `${formatCount(prefix)} numbers of the prefix in front of its keys and values`
        : `${within} in it`;
    return `Block ${layer} of ${recipe.base.id} under ${method}: ${rolesOf(inside)}; ${where}.`;
  }
  const name = partName(part, layer);
  const own = tensorsOf(tensors, part, layer);
  const [row, column] = cell;
  const value = grid ? exactly(grid.data[row * grid.columns + column]!) : 'on its way';
  if (level === 'matrix') {
    const sizes = own.map(({ shape, role }) => `${sizeName(shape)} ${role}`).join(', ');
    const at = grid ? ` Row ${row}, column ${column}: ${value}.` : '';
    if (part === 'attention')
      return `${name}, head ${state.head}: which tokens each token looks at.${at}`;
    if (part === 'residual') return `${name} of token ${state.token}, behind every block.${at}`;
    return `${name}${sizes ? `: ${sizes}` : ''}.${at}`;
  }
  const of = part === 'attention' ? `${name}, head ${state.head}` : name;
  return `${of}, row ${row}, column ${column}: ${value}.`;
}
