import { parsePolicy } from 'mailauth/lib/mta-sts.js';
import { describe, expect, it } from 'vitest';
import { ownStsPolicy, stsPolicyId, stsPolicyText } from '#domain/mail/sts-policy.ts';

const policy = ownStsPolicy('thu.binhthuan.example');

describe('stsPolicyText', () => {
  it('S5 is read by another implementation as what it says', () => {
    expect(parsePolicy(stsPolicyText(policy))).toMatchObject({
      version: 'STSv1',
      mode: 'enforce',
      mx: ['thu.binhthuan.example'],
      maxAge: 2_592_000,
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
    expect(stsPolicyId(ownStsPolicy('thu.binhthuan.example'))).toBe(stsPolicyId(policy));
  });

  it('changes with the hosts and with the mode', () => {
    const ids = [policy, ownStsPolicy('mx.binhthuan.example'), { ...policy, mode: 'testing' as const }];
    expect(new Set(ids.map(stsPolicyId)).size).toBe(3);
  });
});
