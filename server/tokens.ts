/** Bearer secrets: random, shown once, stored as a hash. */
import { createHash, randomBytes } from 'node:crypto';

/** 256 bits, URL-safe. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/**
 * The token that belongs to a request: the same for a repeat, so that the answer to a lost one can be given
 * again though only its hash is stored. As hard to guess as the request's id, 122 random bits.
 */
export const tokenOf = (requestId: string): string =>
  createHash('sha256').update(`token of ${requestId.toLowerCase()}`).digest('base64url');

/** A plain hash is enough: a 256-bit token cannot be guessed, unlike a password. */
export const hashToken = (token: string): string =>
  createHash('sha256').update(token).digest('hex');
