import { error } from '@sveltejs/kit';
import { findInstrument } from '$lib/content/instruments.ts';
import type { PageLoad } from './$types';

export const load: PageLoad = ({ params }) => {
  const instrument = findInstrument(params.instrument);
  if (!instrument) error(404, 'There is no tool of that name.');
  return { instrument };
};
