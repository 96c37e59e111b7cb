/** Accounts: made by signing up or by a one-time link, entered with a username and a password. */
import { and, eq, gt } from 'drizzle-orm';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import { isUniqueViolation, type Database, type Transaction } from '../db/index.ts';
import { authSessions, resetTokens, setupTokens, users, type Role } from '../db/schema.ts';
import { Refusal } from '../refusal.ts';
import { hashToken, newToken } from '../tokens.ts';
import { validate } from '../validate.ts';
import { findUser, usernameKey } from './find-user.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import type { SignedInUser } from './sessions.ts';

const PasswordSchema = v.pipe(
  v.string('Choose a password.'),
  v.minLength(8, 'A password has at least 8 characters.'),
  v.maxLength(256, 'A password has at most 256 characters.'),
);
const NewPasswordSchema = v.object({ password: PasswordSchema });
export const CredentialsSchema = v.object({
  username: v.pipe(
    v.string('Choose a username.'),
    v.trim(),
    v.minLength(2, 'A username has at least 2 characters.'),
    v.maxLength(32, 'A username has at most 32 characters.'),
    v.regex(/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]*$/u, 'Use letters, digits and . _ - only.'),
  ),
  password: PasswordSchema,
});

const SETUP_LINK_DAYS = 7;
const DAY = 86_400_000;
/** A reset link that nobody has used is worth nothing after this, in ms. */
const RESET_LINK_LIFE = DAY;

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

  /**
   * Asks for the password again, before something that cannot be undone.
   * @throws {Refusal} 403 about `field`
   */
  async confirm(userId: string, password: string, field: string): Promise<void> {
    const [user] = await this.#db.select().from(users).where(eq(users.id, userId));
    if (!(await verifyPassword(user?.passwordHash ?? null, password)))
      throw new Refusal(403, 'This is not the password of the account.', field);
  }

  /**
   * Sets another password and ends every sign-in of the account.
   * @throws {Refusal} 403 about `current` · 400 about `password`
   */
  async changePassword(userId: string, current: string, input: unknown): Promise<void> {
    const { password } = validate(NewPasswordSchema, { password: input });
    await this.confirm(userId, current, 'current');
    const passwordHash = await hashPassword(password);
    await this.#db.transaction((tx) => setPassword(tx, userId, passwordHash));
  }

  /**
   * Makes a one-time link that sets a new password, and spends any earlier one of that account.
   * @param by who asks: an instructor helps students and themselves; the operator, null, everybody
   * @returns the account's name and the path of the link
   * @throws {Refusal} 404 no such account · 403 another instructor's
   */
  async issueResetPath(
    typed: string,
    by: SignedInUser | null,
  ): Promise<{ username: string; path: string }> {
    const user = await findUser(this.#db, typed);
    if (by && user.role === 'instructor' && user.id !== by.id)
      throw new Refusal(
        403,
        'This is another instructor. Whoever runs the server makes them a link: npm run reset-link.',
        'username',
      );
    const token = newToken();
    const expiresAt = new Date(this.#now() + RESET_LINK_LIFE);
    await this.#db.transaction(async (tx) => {
      await tx.delete(resetTokens).where(eq(resetTokens.userId, user.id));
      await tx
        .insert(resetTokens)
        .values({ tokenHash: hashToken(token), userId: user.id, expiresAt });
    });
    return { username: user.username, path: `/reset?token=${token}` };
  }

  /** Whose password a link sets; null when it was used or has expired. */
  async resetting(token: string): Promise<string | null> {
    const [row] = await this.#db
      .select({ username: users.username })
      .from(resetTokens)
      .innerJoin(users, eq(users.id, resetTokens.userId))
      .where(this.#usableReset(token));
    return row?.username ?? null;
  }

  /**
   * Sets a new password, spends the link and ends every sign-in of the account.
   * @throws {Refusal} 400 when the link was used or expired, or about `password`
   */
  async resetPassword(token: string, input: unknown): Promise<SignedInUser> {
    const { password } = validate(NewPasswordSchema, { password: input });
    const passwordHash = await hashPassword(password);
    return this.#db.transaction(async (tx) => {
      const [spent] = await tx.delete(resetTokens).where(this.#usableReset(token)).returning();
      if (!spent)
        throw new Refusal(
          400,
          'This link was used already or has expired. Ask your instructor for a new one.',
          'token',
        );
      return setPassword(tx, spent.userId, passwordHash);
    });
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
    const expiresAt = new Date(this.#now() + SETUP_LINK_DAYS * DAY);
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

  #usableReset(token: string) {
    return and(
      eq(resetTokens.tokenHash, hashToken(token)),
      gt(resetTokens.expiresAt, new Date(this.#now())),
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

async function refusingTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) throw new Refusal(400, 'This username is taken.', 'username');
    throw error;
  }
}

/** Links made for the old password are spent with it. */
async function setPassword(
  tx: Transaction,
  userId: string,
  passwordHash: string,
): Promise<SignedInUser> {
  const [user] = await tx
    .update(users)
    .set({ passwordHash })
    .where(eq(users.id, userId))
    .returning({ id: users.id, username: users.username, role: users.role });
  if (!user) throw new Refusal(404, 'This account is no more.');
  await tx.delete(resetTokens).where(eq(resetTokens.userId, userId));
  await tx.delete(authSessions).where(eq(authSessions.userId, userId));
  return user;
}
