/** Checks of what a host fills in. Their messages stand under the field, so they do not name it. */
import * as v from 'valibot';

/** Any finite number. */
export const anyNumber = () => v.pipe(v.number('Enter a number.'), v.finite('Enter a number.'));

export const numberIn = (min: number, max: number) =>
  v.pipe(anyNumber(), v.minValue(min, `At least ${min}.`), v.maxValue(max, `At most ${max}.`));

export const wholeNumber = (min: number, max: number) =>
  v.pipe(
    v.number('Enter a number.'),
    v.integer('Enter a whole number.'),
    v.minValue(min, `At least ${min}.`),
    v.maxValue(max, `At most ${max}.`),
  );
