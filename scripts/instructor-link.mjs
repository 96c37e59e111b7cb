/** `npm run instructor-link`: asks the running server for a new one-time instructor link. */
import { printLink } from './lib/owner.mjs';

await printLink(
  '/instructor-link',
  'Instructor link, works once',
  '; it prints a link itself while there is no instructor',
);
