import { openRoot } from '$server/root.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async () => {
  const { metrics } = await openRoot();
  return new Response(await metrics.text(), {
    headers: { 'content-type': metrics.contentType, 'cache-control': 'no-store' },
  });
};
