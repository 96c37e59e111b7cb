import { courseCards } from '$lib/content/lessons.server.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = () => ({ course: courseCards() });
