/** What the forms of this page are answered with. */
export interface Answer {
  /** The form that was refused. */
  about?: string;
  field?: string | null;
  message?: string;
  username?: string;
  uses?: string;
  endsOn?: string;
  /** The form whose work is done. */
  done?: string;
  link?: string;
  /** ms since the epoch. */
  expiresAt?: number;
}

const medium = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** `3 May 2027`. @param at ms since the epoch */
export const day = (at: number): string => medium.format(at);
