import type { SignedInUser } from '../server/auth/sessions.ts';

declare global {
  namespace App {
    interface Locals {
      user: SignedInUser | null;
      /** Names this request in the log and on an error page. */
      requestId: string;
    }
    interface Error {
      message: string;
      /** Set when the error was logged under it. */
      requestId?: string;
    }
  }
}

export {};
