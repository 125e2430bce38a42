import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { currentOrigin, withOrigin, withoutOrigin } from '#lib/act-origin.ts';

describe('withOrigin', () => {
  it('holds for all that the work does, and for nothing beside it', async () => {
    const seen = await Promise.all(
      ['a', 'b', 'c'].map((accountId) =>
        withOrigin({ accountId }, async () => {
          await turn();
          return [currentOrigin()?.accountId, (await turn().then(currentOrigin))?.accountId];
        }),
      ),
    );
    expect(seen).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
    expect(currentOrigin()).toBeUndefined();
  });

  it('ends where work is done for many', async () => {
    await withOrigin({ accountId: 'a' }, async () => {
      expect(await withoutOrigin(() => turn().then(currentOrigin))).toBeUndefined();
      expect(currentOrigin()).toEqual({ accountId: 'a' });
    });
  });
});
