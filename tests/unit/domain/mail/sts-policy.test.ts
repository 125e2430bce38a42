import { parsePolicy } from 'mailauth/lib/mta-sts.js';
import { describe, expect, it } from 'vitest';
import { ownStsPolicy, stsPolicyId, stsPolicyText } from '#domain/mail/sts-policy.ts';

const policy = ownStsPolicy('thu.binhthuan.example', { mode: 'enforce' });

describe('stsPolicyText', () => {
  it('S5 is read by another implementation as what it says', () => {
    expect(parsePolicy(stsPolicyText(policy))).toMatchObject({
      version: 'STSv1',
      mode: 'enforce',
      mx: ['thu.binhthuan.example'],
      maxAge: 2_592_000,
    });
  });

  it('promises nothing that could lose mail before it is decided', () => {
    expect(ownStsPolicy('thu.binhthuan.example').mode).toBe('testing');
  });

  it('is soon forgotten when it is taken back', () => {
    expect(parsePolicy(stsPolicyText({ ...policy, mode: 'none' }))).toMatchObject({
      mode: 'none',
      maxAge: 86_400,
    });
  });

  it('ends every line with CRLF', () => {
    expect(stsPolicyText(policy).replaceAll('\r\n', '')).not.toMatch(/[\r\n]/u);
    expect(stsPolicyText(policy)).toMatch(/\r\n$/u);
  });
});

describe('stsPolicyId', () => {
  it('is 1 to 32 letters and digits, the same for the same policy', () => {
    expect(stsPolicyId(policy)).toMatch(/^[A-Za-z0-9]{1,32}$/u);
    expect(stsPolicyId(ownStsPolicy('thu.binhthuan.example', { mode: 'enforce' }))).toBe(stsPolicyId(policy));
  });

  it('changes with the hosts, with the mode and with every decision', () => {
    const ids = [
      policy,
      ownStsPolicy('mx.binhthuan.example', { mode: 'enforce' }),
      { ...policy, mode: 'testing' as const },
      { ...policy, setAt: new Date(0) },
      { ...policy, setAt: new Date(1) },
    ];
    expect(new Set(ids.map(stsPolicyId)).size).toBe(5);
  });
});
