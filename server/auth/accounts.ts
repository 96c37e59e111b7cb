/** Accounts: made by signing up or by a one-time link, entered with a username and a password. */
import { and, eq, gt } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { isUniqueViolation, type Database, type Transaction } from '../db/index.ts';
import { setupTokens, users, type Role } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';
import { hashToken, newToken } from '../tokens.ts';
import { validate } from '../validate.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { SignedInUser } from './sessions.ts';

export const CredentialsSchema = v.object({
  username: v.pipe(
    v.string('Choose a username.'),
    v.trim(),
    v.minLength(2, 'A username has at least 2 characters.'),
    v.maxLength(32, 'A username has at most 32 characters.'),
    v.regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*$/u, 'Use letters, digits and . _ - only.'),
  ),
  password: v.pipe(
    v.string('Choose a password.'),
    v.minLength(8, 'A password has at least 8 characters.'),
    v.maxLength(256, 'A password has at most 256 characters.'),
  ),
});

const SETUP_LINK_DAYS = 7;

export class Accounts {
  readonly #db: Database;
  readonly #now: () => number;

  constructor(db: Database, now: () => number) {
    this.#db = db;
    this.#now = now;
  }

  /** @throws {Refusal} when a field is unfit or the username taken */
  async signUp(input: unknown): Promise<SignedInUser> {
    const { username, password } = validate(CredentialsSchema, input);
    const passwordHash = await hashPassword(password);
    return refusingTaken(() => this.#insert(this.#db, username, passwordHash, 'student'));
  }

  /** One sentence for both a wrong username and a wrong password. @returns null when they do not fit */
  async signIn(username: string, password: string): Promise<SignedInUser | null> {
    const [user] = await this.#db
      .select()
      .from(users)
      .where(eq(users.usernameKey, usernameKey(username)));
    const fits = await verifyPassword(user?.passwordHash ?? null, password);
    return user && fits ? { id: user.id, username: user.username, role: user.role } : null;
  }

  async hasInstructor(): Promise<boolean> {
    const found = await this.#db
      .select({ id: users.id })
      .from(users)
      .where(eq(users.role, 'instructor'))
      .limit(1);
    return found.length > 0;
  }

  /** Makes a one-time instructor link and spends any earlier one. @returns the path to print */
  async issueSetupPath(): Promise<string> {
    const token = newToken();
    const expiresAt = new Date(this.#now() + SETUP_LINK_DAYS * 86_400_000);
    await this.#db.transaction(async (tx) => {
      await tx.delete(setupTokens);
      await tx.insert(setupTokens).values({ tokenHash: hashToken(token), expiresAt });
    });
    return `/setup?token=${token}`;
  }

  async isSetupTokenValid(token: string): Promise<boolean> {
    const found = await this.#db.select().from(setupTokens).where(this.#usable(token));
    return found.length > 0;
  }

  /** @throws {Refusal} when the link was used or expired, a field is unfit or the username taken */
  async setUpInstructor(token: string, input: unknown): Promise<SignedInUser> {
    const { username, password } = validate(CredentialsSchema, input);
    const passwordHash = await hashPassword(password);
    return refusingTaken(() =>
      this.#db.transaction(async (tx) => {
        const spent = await tx.delete(setupTokens).where(this.#usable(token)).returning();
        if (spent.length === 0)
          throw new Refusal(
            400,
            'This link was used already or has expired. Run npm run instructor-link for a new one.',
            'token',
          );
        return this.#insert(tx, username, passwordHash, 'instructor');
      }),
    );
  }

  #usable(token: string) {
    return and(
      eq(setupTokens.tokenHash, hashToken(token)),
      gt(setupTokens.expiresAt, new Date(this.#now())),
    );
  }

  async #insert(
    db: Database | Transaction,
    username: string,
    passwordHash: string,
    role: Role,
  ): Promise<SignedInUser> {
    const id = randomUUID();
    await db.insert(users).values({
      id,
      username,
      usernameKey: usernameKey(username),
      passwordHash,
      role,
      createdAt: new Date(this.#now()),
    });
    return { id, username, role };
  }
}

/** Names that differ only in case or in how they are encoded are one account. */
export const usernameKey = (username: string): string =>
  username.trim().normalize('NFKC').toLowerCase();

async function refusingTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal(400, 'This username is taken.', 'username');
    throw error;
  }
}
