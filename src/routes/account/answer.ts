/** What the forms of this page are answered with. */
export interface Answer {
  /** The form that was refused. */
  about?: string;
  field?: string | null;
  message?: string;
  code?: string;
  /** The form whose work is done. */
  done?: string;
}

const medium = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium' });

/** `3 May 2027`. @param at ms since the epoch */
export const day = (at: number): string => medium.format(at);
