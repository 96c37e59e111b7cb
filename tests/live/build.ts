/** Before the live suite, once: some of its files start the built server, and two must not build it at the same time. */
import { ensureBuilt } from '../../scripts/lib/setup.mjs';

export const setup = ensureBuilt;
