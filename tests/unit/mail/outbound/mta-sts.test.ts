import { describe, expect, it } from 'vitest';
import { createStsLookup, listsHost, type StsPolicy } from '#mail/outbound/mta-sts.ts';

const start = new Date('2026-03-02T01:00:00Z');
const dayMs = 86_400_000;
const file = (mode: string, maxAge = 604_800): string =>
  `version: STSv1\r\nmode: ${mode}\r\nmx: mx.bo.example\r\nmx: *.backup.example\r\nmax_age: ${maxAge}\r\n`;

function policy(changes: Partial<StsPolicy> = {}): StsPolicy {
  return {
    domain: 'bo.example',
    policyId: 'old',
    mode: 'enforce',
    mx: ['mx.bo.example'],
    fetchedAt: start,
    expiresAt: new Date(start.getTime() + dayMs),
    ...changes,
  };
}

/** A world in which DNS, file and time can be changed. */
function world(kept?: StsPolicy) {
  const state = {
    kept,
    now: start,
    txt: ['v=STSv1; id=new;'] as readonly string[] | undefined,
    file: file('enforce') as string | undefined,
    fetches: 0,
  };
  const find = createStsLookup({
    resolver: {
      txt: async () => {
        if (state.txt === undefined) throw new Error('timeout');
        return state.txt;
      },
    },
    policies: {
      read: async () => state.kept,
      save: async (saved) => void (state.kept = saved),
    },
    fetchPolicy: async () => {
      state.fetches += 1;
      if (state.file === undefined) throw new Error('refused');
      return state.file;
    },
    clock: { now: () => state.now },
  });
  return { state, policy: () => find('bo.example') };
}

describe('createStsLookup', () => {
  it('S5 fetches a new policy and keeps it with its end', async () => {
    const { state, policy } = world();
    const expected = {
      domain: 'bo.example',
      policyId: 'new',
      mode: 'enforce',
      mx: ['mx.bo.example', '*.backup.example'],
      fetchedAt: start,
      expiresAt: new Date(start.getTime() + 7 * dayMs),
    };
    expect(await policy()).toEqual(expected);
    expect(state.kept).toEqual(expected);
  });

  it('S5 holds to a kept policy when the DNS record is gone, late, or doubled', async () => {
    const { state, policy } = world(policyOf('enforce'));
    for (const txt of [[], undefined, ['v=STSv1; id=a;', 'v=STSv1; id=b;']]) {
      state.txt = txt;
      expect((await policy())?.mode).toBe('enforce');
    }
    expect(state.fetches).toBe(0);
  });

  it('S5 holds to a kept policy when the new one cannot be had or read', async () => {
    for (const text of [undefined, 'version: STSv2\r\n', '<html>']) {
      const { state, policy } = world(policyOf('enforce'));
      state.file = text;
      expect(await policy()).toMatchObject({ policyId: 'old', mode: 'enforce' });
    }
  });

  it('lets a policy go after its end', async () => {
    const { state, policy } = world(policyOf('enforce'));
    state.now = new Date(start.getTime() + dayMs);
    state.txt = [];
    expect(await policy()).toBeUndefined();
  });

  it('does not fetch what it has', async () => {
    const { state, policy } = world(policyOf('enforce'));
    state.txt = ['v=STSv1; id=old'];
    expect(await policy()).toMatchObject({ policyId: 'old' });
    expect(state.fetches).toBe(0);
  });

  it('takes `none` as the end of a policy', async () => {
    const { state, policy } = world(policyOf('enforce'));
    state.file = file('none');
    expect((await policy())?.mode).toBe('none');
  });

  it('asks again for a file that could not be had only after five minutes', async () => {
    const { state, policy } = world();
    state.file = undefined;
    await policy();
    await policy();
    expect(state.fetches).toBe(1);
    state.now = new Date(start.getTime() + 5 * 60_000);
    await policy();
    expect(state.fetches).toBe(2);
  });
});

function policyOf(mode: StsPolicy['mode']): StsPolicy {
  return policy({ mode });
}

describe('listsHost', () => {
  it('S5 lets a star stand for one label and no more', () => {
    const listed = policy({ mx: ['mx.bo.example', '*.backup.example'] });
    expect(listsHost(listed, 'MX.bo.example.')).toBe(true);
    expect(listsHost(listed, 'one.backup.example')).toBe(true);
    expect(listsHost(listed, 'a.one.backup.example')).toBe(false);
    expect(listsHost(listed, 'backup.example')).toBe(false);
    expect(listsHost(listed, 'evil.example')).toBe(false);
  });
});
