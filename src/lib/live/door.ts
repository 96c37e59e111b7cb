/**
 * How people come into a session: past an open door with its code, past a guarded one with the sign too that
 * the room's screen shows at that time. A program that takes seats has the code, not the screen.
 */
import * as v from 'valibot';

export type Door =
  | { state: 'open' }
  | { state: 'guarded'; because: 'host' }
  /** The server has seen this many seats taken by browsers that never connected. */
  | { state: 'guarded'; because: 'flood'; seats: number };

export const OPEN: Door = { state: 'open' };

export const SHAPES = ['circle', 'square', 'triangle', 'star', 'heart', 'moon'] as const;
export type Shape = (typeof SHAPES)[number];

/** Shapes in a sign, in order; with six shapes there are 216. */
export const SIGN_LENGTH = 3;
export const SignSchema = v.pipe(v.array(v.picklist(SHAPES)), v.length(SIGN_LENGTH));

/** What the projector and the host's page show while the door is guarded. */
export interface Sign {
  shapes: readonly Shape[];
  /** When the next one is shown, in ms since the epoch by the server's clock; this one is taken for as long again. */
  until: number;
}

/** Form fields in which a joining person says the sign, one a shape. */
export const SIGN_FIELDS = Array.from({ length: SIGN_LENGTH }, (_, place) => `sign-${place + 1}`);
