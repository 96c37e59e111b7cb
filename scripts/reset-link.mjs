/** `npm run reset-link -- USERNAME`: asks the running server for a one-time link that sets a new password. */
import { printLink } from './lib/owner.mjs';

const username = process.argv[2];
if (!username) {
  console.error('Name the account: npm run reset-link -- USERNAME');
  process.exitCode = 1;
} else
  await printLink(
    `/reset-link?username=${encodeURIComponent(username)}`,
    `Sets a new password for ${username}, works once, for a day`,
  );
