import { describe, expect, it } from 'vitest';

import { fullAddress, refusalOfPath } from '#mail/smtp/mail-path.ts';

const refusal = (path: string, smtpUtf8 = true): string | undefined =>
  refusalOfPath({ line: `RCPT TO:${path}`, smtpUtf8 })?.status;

describe('refusalOfPath', () => {
  it.each([
    '<@relay.example:lan@ours.example>',
    '<@a.example,@b.example:lan@ours.example>',
    '< @relay.example:lan@ours.example>',
    '<lan:mat-khau@ours.example>',
    '<lan%foreign.example@ours.example>',
    '<foreign.example!lan@ours.example>',
    '<lan@foreign.example@ours.example>',
    '<"lan@foreign.example"@ours.example>',
    '<lan@[127.0.0.1]>',
    '<lan@[IPv6:::1]>',
    'lan%foreign.example@ours.example',
  ])('refuses %s (S6)', (path) => {
    expect(refusal(path)).toBe('5.7.1');
  });

  it.each([
    '<lan@ours.example>',
    '<lan+hop@ours.example>',
    '<>',
    ' <lan@ours.example>',
    '<lan@ours.example> SIZE=10',
  ])('lets %s through', (path) => {
    expect(refusal(path)).toBeUndefined();
  });

  it('lets a non-ASCII address through only with SMTPUTF8 (RFC 6531)', () => {
    expect(refusal('<lần@ours.example>')).toBeUndefined();
    expect(refusal('<lần@ours.example>', false)).toBe('5.6.7');
  });
});

describe('fullAddress', () => {
  it('completes postmaster', () => {
    expect(fullAddress('postmaster', 'ours.example')).toBe('postmaster@ours.example');
    expect(fullAddress('a@b.example', 'ours.example')).toBe('a@b.example');
  });
});
