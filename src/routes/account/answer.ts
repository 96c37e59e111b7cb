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

/** Where the deletion of an account leads. */
export const DELETED = '/';
