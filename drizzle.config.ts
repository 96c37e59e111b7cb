/** `npx drizzle-kit generate` writes the next migration from the schema; the server applies it when it starts. */
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './server/db/schema.ts',
  out: './drizzle',
});
