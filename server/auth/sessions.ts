/**
 * Signed-in browsers. This file is the only one that knows lucia, which is no longer developed: whatever
 * replaces it has to offer the four functions of {@link AuthSessions}.
 *
 * Lucia stores a session's id as it is. The adapter below hashes it on the way to the table.
 */
import { DrizzlePostgreSQLAdapter } from '@lucia-auth/adapter-drizzle';
import { Lucia, TimeSpan, type Adapter } from 'lucia';
import type { Database } from '../db/index.ts';
import { authSessions, users, type Role } from '../db/schema.ts';
import { hashToken } from '../tokens.ts';

export interface SignedInUser {
  id: string;
  username: string;
  role: Role;
}

export interface AuthSession {
  /** The cookie's value. */
  id: string;
  expiresAt: Date;
}

export interface AuthSessions {
  create(userId: string): Promise<AuthSession>;
  /** `renewed` is set when the session was extended and the cookie should be sent again. */
  validate(id: string): Promise<{ user: SignedInUser; renewed: AuthSession | null } | null>;
  invalidate(id: string): Promise<void>;
  invalidateAll(userId: string): Promise<void>;
}

declare module 'lucia' {
  interface Register {
    Lucia: ReturnType<typeof createLucia>;
    DatabaseUserAttributes: { username: string; role: Role };
  }
}

function createLucia(db: Database) {
  const adapter = hashingIds(new DrizzlePostgreSQLAdapter(db as never, authSessions, users));
  return new Lucia(adapter, {
    sessionExpiresIn: new TimeSpan(30, 'd'),
    getUserAttributes: ({ username, role }) => ({ username, role }),
  });
}

function hashingIds(inner: Adapter): Adapter {
  return {
    getSessionAndUser: async (id) => {
      const [session, user] = await inner.getSessionAndUser(hashToken(id));
      return [session && { ...session, id }, user];
    },
    getUserSessions: (userId) => inner.getUserSessions(userId),
    setSession: (session) => inner.setSession({ ...session, id: hashToken(session.id) }),
    updateSessionExpiration: (id, expiresAt) =>
      inner.updateSessionExpiration(hashToken(id), expiresAt),
    deleteSession: (id) => inner.deleteSession(hashToken(id)),
    deleteUserSessions: (userId) => inner.deleteUserSessions(userId),
    deleteExpiredSessions: () => inner.deleteExpiredSessions(),
  };
}

export function createAuthSessions(db: Database): AuthSessions {
  const lucia = createLucia(db);
  return {
    create: (userId) => lucia.createSession(userId, {}),
    async validate(id) {
      const { session, user } = await lucia.validateSession(id);
      if (!session) return null;
      const { username, role } = user;
      return { user: { id: user.id, username, role }, renewed: session.fresh ? session : null };
    },
    invalidate: (id) => lucia.invalidateSession(id),
    invalidateAll: (userId) => lucia.invalidateUserSessions(userId),
  };
}
