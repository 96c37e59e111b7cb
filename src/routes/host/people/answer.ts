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
