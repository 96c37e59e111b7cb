import { error } from '@sveltejs/kit';
import { findInstrument, MEASURED } from '$lib/content/instruments.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = async ({ params }) => {
  const instrument = findInstrument(params.instrument);
  if (!instrument) error(404, 'There is no tool of that name.');
  const measured =
    instrument.slug === MEASURED
      ? (await import('$lib/measurements/methods.ts')).METHODS_REPORT
      : null;
  return { instrument, measured };
};
