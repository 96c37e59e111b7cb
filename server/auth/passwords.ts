/** Passwords: Argon2id with the library's defaults (19 MiB, two passes), OWASP's first recommendation. */
import { hash, verify } from '@node-rs/argon2';

export const hashPassword = (password: string): Promise<string> => hash(password);

/** Also spends its time when there is no hash, so that timing does not tell which usernames exist. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  if (stored) return verify(stored, password);
  await hash(password);
  return false;
}
