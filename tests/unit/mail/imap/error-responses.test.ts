import { describe, expect, it } from 'vitest';

import { errorCodes, HubError } from '#domain/hub-error.ts';
import { orTryCreate, refusalOf } from '#mail/imap/error-responses.ts';

describe('refusalOf', () => {
  it.each(errorCodes)('answers %s in printable ASCII on one line', (code) => {
    const refusal = refusalOf(new HubError(code, { retryAfterMs: 1500 }));
    expect(refusal.status).toBe('NO');
    expect(refusal.message).toMatch(/^[ -~]+; try again in 2 seconds$/);
    expect(refusal.code ?? 'NONE').toMatch(/^[A-Z]+$/);
  });
});

describe('orTryCreate', () => {
  it('says TRYCREATE of an unknown mailbox and leaves other refusals as they are', async () => {
    await expect(orTryCreate(Promise.reject(new HubError('mailbox_unknown')))).rejects.toMatchObject({
      code: 'TRYCREATE',
    });
    await expect(orTryCreate(Promise.reject(new HubError('over_quota')))).rejects.toThrow(HubError);
    await expect(orTryCreate(Promise.resolve(1))).resolves.toBe(1);
  });
});
