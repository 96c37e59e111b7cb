/** What a rehearsal is called wherever it shows: on pages, on the projector and in exports. */
export const REHEARSAL = 'Rehearsal: simulated students';
