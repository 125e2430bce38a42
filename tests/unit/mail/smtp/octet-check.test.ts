import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createOctetCheck, type OctetFault } from '#mail/smtp/octet-check.ts';

/** The verdict over octets cut at the given places. */
function verdict(octets: Buffer, cuts: readonly number[] = [], lineBytesMax = 1_000): OctetFault | undefined {
  const check = createOctetCheck(lineBytesMax);
  const places = [
    0,
    ...cuts.map((cut) => cut % (octets.length + 1)).toSorted((a, b) => a - b),
    octets.length,
  ];
  for (let index = 1; index < places.length; index += 1) {
    const fault = check.push(octets.subarray(places[index - 1], places[index]));
    if (fault) return fault;
  }
  return check.end();
}

const octetsOfLines = fc
  .array(fc.constantFrom('a', '.', '\r', '\n', '\r\n', '\0', 'ệ'), { maxLength: 40 })
  .map((parts) => Buffer.from(parts.join('')));

describe('createOctetCheck', () => {
  it('agrees with the definition of a bare octet, however the octets are cut (S1)', () => {
    fc.assert(
      fc.property(octetsOfLines, fc.array(fc.nat(100), { maxLength: 5 }), (octets, cuts) => {
        const bare = /\0|\r(?!\n)|(?<!\r)\n/.test(octets.toString('latin1'));
        expect(verdict(octets, cuts)).toBe(bare ? 'bare_octet' : undefined);
      }),
      { numRuns: 500 },
    );
  });

  it('lets a line be as long as its limit and no longer (S11)', () => {
    expect(verdict(Buffer.from(`${'a'.repeat(10)}\r\n${'b'.repeat(10)}\r\n`), [], 11)).toBeUndefined();
    expect(verdict(Buffer.from(`a\r\n${'b'.repeat(12)}`), [], 11)).toBe('long_line');
  });
});
