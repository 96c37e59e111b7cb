/**
 * Contour lines of a grid of values by marching squares: where a level is crossed along the edges of cells, joined into
 * lines. Saddles are told apart by the mean of their four corners. Pure.
 */

/** In units of columns and rows. */
export type Vertex = readonly [x: number, y: number];

/** An edge of the grid by the node it begins at, and whether it goes along the row. */
type Edge = `${number}${'h' | 'v'}`;

/**
 * @param values row-major, [rows, columns]
 * @returns lines of vertices; a closed one ends where it began
 */
export function contourLines(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
  level: number,
): Vertex[][] {
  const at = new Map<Edge, Vertex>();
  const next = new Map<Edge, Edge[]>();
  const join = (from: Edge, to: Edge) => {
    next.set(from, [...(next.get(from) ?? []), to]);
    next.set(to, [...(next.get(to) ?? []), from]);
  };
  const crossing = (row: number, column: number, along: boolean): Edge | null => {
    const node = row * columns + column;
    const one = values[node]!;
    const other = values[node + (along ? 1 : columns)]!;
    if (one >= level === other >= level) return null;
    const share = (level - one) / (other - one);
    const edge: Edge = `${node}${along ? 'h' : 'v'}`;
    at.set(edge, along ? [column + share, row] : [column, row + share]);
    return edge;
  };
  for (let row = 0; row < rows - 1; row++)
    for (let column = 0; column < columns - 1; column++) {
      const top = crossing(row, column, true);
      const left = crossing(row, column, false);
      const bottom = crossing(row + 1, column, true);
      const right = crossing(row, column + 1, false);
      if (top && left && bottom && right) {
        const node = row * columns + column;
        const corners = [node, node + 1, node + columns, node + columns + 1];
        const middle = corners.reduce((sum, corner) => sum + values[corner]!, 0) / corners.length;
        const first = values[node]! >= level;
        // The middle goes with the first corner: the other two are cut off, each by itself.
        const cutsOthers = middle >= level === first;
        join(top, cutsOthers ? right : left);
        join(bottom, cutsOthers ? left : right);
        continue;
      }
      const [one, other] = [top, left, bottom, right].filter((edge) => edge !== null);
      if (one && other) join(one, other);
    }
  return chained(next).map((edges) => edges.map((edge) => at.get(edge)!));
}

/** Each edge has one neighbour or two: open lines from their ends, then what is left is closed. */
function chained(next: ReadonlyMap<Edge, readonly Edge[]>): Edge[][] {
  const seen = new Set<Edge>();
  const lines: Edge[][] = [];
  const follow = (start: Edge) => {
    const line = [start];
    seen.add(start);
    for (let edge: Edge | undefined = start; edge;) {
      edge = next.get(edge)!.find((one) => !seen.has(one));
      if (edge) {
        seen.add(edge);
        line.push(edge);
      }
    }
    return line;
  };
  for (const [edge, neighbours] of next)
    if (neighbours.length === 1 && !seen.has(edge)) lines.push(follow(edge));
  for (const edge of next.keys())
    if (!seen.has(edge)) {
      const line = follow(edge);
      lines.push([...line, line[0]!]);
    }
  return lines;
}

export interface Label {
  level: number;
  at: Vertex;
}

/**
 * One place for each level's label, on its longest line: as far from the labels before it as it can be, and from the
 * border. Levels without such a place have none.
 * @param apart least distance, in the vertices' units
 */
export function placeLabels(
  contours: readonly { level: number; lines: readonly Vertex[][] }[],
  [width, height]: readonly [number, number],
  apart: number,
  avoided: readonly Vertex[] = [],
): Label[] {
  const taken: Vertex[] = [...avoided];
  const labels: Label[] = [];
  for (const { level, lines } of contours) {
    const longest = [...lines].sort((one, other) => other.length - one.length)[0] ?? [];
    const inside = longest.filter(
      ([x, y]) => Math.min(x, width - x) > apart / 2 && Math.min(y, height - y) > apart / 4,
    );
    const clear = ([x, y]: Vertex) =>
      Math.min(...taken.map(([u, v]) => Math.hypot(u - x, v - y)), Infinity);
    const best = inside.reduce<Vertex | null>(
      (held, vertex) => (held && clear(held) >= clear(vertex) ? held : vertex),
      null,
    );
    if (!best || clear(best) < apart) continue;
    taken.push(best);
    labels.push({ level, at: best });
  }
  return labels;
}
