import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { createBytesBudget, createOctetCollector } from '#mail/smtp/octet-collector.ts';

describe('createOctetCollector', () => {
  it('gives back what was pushed, whatever the pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50_000 }), { maxLength: 6 }), (pieces) => {
        const collector = createOctetCollector(createBytesBudget(10_000_000), 1_000_000);
        const chunks = pieces.map((piece) => Buffer.from(piece));
        for (const chunk of chunks) collector.push(chunk);
        expect(collector.bytes().equals(Buffer.concat(chunks))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('drops what is too large but goes on counting (S12)', () => {
    const budget = createBytesBudget(1_000_000);
    const collector = createOctetCollector(budget, 100_000);
    for (let index = 0; index < 11; index += 1) collector.push(Buffer.alloc(10_000));
    expect(collector.fault).toBe('too_large');
    expect(collector.received).toBe(110_000);
    expect(budget.left).toBe(1_000_000);
  });

  it('stops when the budget is used up, and gives everything back once', () => {
    const budget = createBytesBudget(200_000);
    const held = createOctetCollector(budget, 1_000_000);
    held.push(Buffer.alloc(130_000));
    const other = createOctetCollector(budget, 1_000_000);
    other.push(Buffer.alloc(100_000));
    expect(other.fault).toBe('over_budget');
    expect(held.fault).toBeUndefined();
    held.release();
    held.release();
    other.release();
    expect(budget.left).toBe(200_000);
  });
});
