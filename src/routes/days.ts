/** Days of passes and class codes, which end at midnight UTC whatever the reader's clock says. */
const medium = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });

/** `3 May 2027`. @param at ms since the epoch */
export const day = (at: number): string => medium.format(at);
