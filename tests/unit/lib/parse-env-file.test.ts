import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '#lib/parse-env-file.ts';

describe('parseEnvFile', () => {
  it.each([
    ['A=1', '1'],
    ['  A = 1  ', '1'],
    ['export A=1', '1'],
    ['A=', ''],
    ['A=# nothing', ''],
    ['A=b#c', 'b#c'],
    ['A=b # c', 'b'],
    ['A="b # c" # d', 'b # c'],
    [String.raw`A="b\n\"c\" \\"`, 'b\n"c" \\'],
    [String.raw`A='b\n$C'`, String.raw`b\n$C`],
    ['A=x=y', 'x=y'],
    ['A=1\nA=2', '2'],
    ['\uFEFFA=1\r\n', '1'],
  ])('reads %j', (text, value) => {
    expect(parseEnvFile(text)).toEqual({ values: { A: value }, faultyLines: [] });
  });

  it('skips comments and empty lines', () => {
    expect(parseEnvFile('# a\n\n  # b\n')).toEqual({ values: {}, faultyLines: [] });
  });

  it.each(['A', '1A=2', 'A="b', "A='b", 'A="b" c', '= 1'])(
    'names the line that it cannot read: %j',
    (line) => {
      expect(parseEnvFile(`OK=1\n${line}\nLAST=1`)).toEqual({
        values: { OK: '1', LAST: '1' },
        faultyLines: [2],
      });
    },
  );
});
