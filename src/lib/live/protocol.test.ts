import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import {
  CODE_ALPHABET,
  CodeSchema,
  HelloSchema,
  NicknameSchema,
  PreflightSchema,
  ProgressSchema,
  ReportSchema,
} from './protocol.ts';

describe('CodeSchema', () => {
  it('reads a code as people type it', () => {
    expect(v.parse(CodeSchema, ' abcd23 ')).toBe('ABCD23');
  });
  it('has no characters that look alike', () => {
    for (const character of '01ILO') expect(CODE_ALPHABET).not.toContain(character);
    for (const wrong of ['ABCD2', 'ABCD234', 'ABCDE0', '', null, 123456])
      expect(v.is(CodeSchema, wrong)).toBe(false);
  });
});

describe('NicknameSchema', () => {
  it('takes names of the world and no formulas, markup or blanks', () => {
    for (const name of ['Ada', 'Ada L.', 'Łukasz', '小明', "O'Neil", 'Zoë-2', '७'])
      expect(v.is(NicknameSchema, name), name).toBe(true);
    for (const name of ['', ' ', '=1+1', '@x', '<b>', 'a\nb', 'x'.repeat(25)])
      expect(v.is(NicknameSchema, name), name).toBe(false);
  });
});

it('no schema throws, whatever is sent', () => {
  fc.assert(
    fc.property(fc.anything(), (input) => {
      for (const schema of [HelloSchema, PreflightSchema, ProgressSchema, ReportSchema])
        v.safeParse(schema, input);
    }),
  );
});
