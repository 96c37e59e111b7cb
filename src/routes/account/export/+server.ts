/** Everything that is stored of who is signed in, as one file. */
import { error } from '@sveltejs/kit';
import { exportAccount } from '$server/auth/export-account.ts';
import { openRoot } from '$server/root.ts';
import type { RequestHandler } from './$types';

export const GET: RequestHandler = async ({ locals }) => {
  if (!locals.user) error(401, 'Sign in to export your data.');
  const { db, study } = await openRoot();
  const document = await exportAccount(db, study, locals.user.id);
  return new Response(JSON.stringify(document, null, 2), {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="rankroom-account.json"',
      'cache-control': 'no-store',
    },
  });
};
