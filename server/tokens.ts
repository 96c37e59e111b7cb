/** Bearer secrets: random, shown once, stored as a hash. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits, URL-safe. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/** A plain hash is enough: a 256-bit token cannot be guessed, unlike a password. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('hex');
