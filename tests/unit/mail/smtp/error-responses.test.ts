import { describe, expect, it } from 'vitest';

import { errorCodes, HubError } from '#domain/hub-error.ts';
import { refusalOf, signInRefusalOf } from '#mail/smtp/error-responses.ts';
import { SmtpRefusal } from '#mail/smtp/smtp-refusal.ts';

describe('refusalOf', () => {
  it.each(errorCodes)('answers %s with one ASCII line whose two codes agree', (code) => {
    const refusal = refusalOf(new HubError(code));
    expect(refusal.message).toMatch(/^[45]\.\d{1,3}\.\d{1,3} [\x20-\x7e]{1,400}$/);
    expect(refusal.message.charAt(0)).toBe(String(refusal.responseCode).charAt(0));
  });

  it('answers a fault with 451 4.3.0 and not a word of it', () => {
    for (const fault of [new Error('secret'), 'secret', undefined]) {
      const refusal = refusalOf(fault);
      expect(refusal.responseCode).toBe(451);
      expect(refusal.message).toMatch(/^4\.3\.0 (?!.*secret)/);
    }
  });

  it('keeps what a tired hub refuses with its sender', () => {
    for (const code of ['unavailable', 'over_quota', 'too_many_attempts', 'too_many_recipients'] as const)
      expect(refusalOf(new HubError(code)).responseCode).toBeLessThan(500);
  });

  it('leaves a refusal of the door as it is', () => {
    const refusal = new SmtpRefusal({ code: 554, status: '5.4.6', text: 'Too many hops' }, 'close');
    expect(refusalOf(refusal)).toBe(refusal);
  });
});

describe('signInRefusalOf', () => {
  it('answers 535 for wrong credentials only (S7)', () => {
    expect(signInRefusalOf(new HubError('wrong_credentials')).responseCode).toBe(535);
    for (const error of [new HubError('too_many_attempts'), new HubError('unavailable'), new Error('x')])
      expect(signInRefusalOf(error).responseCode).toBe(454);
  });
});
