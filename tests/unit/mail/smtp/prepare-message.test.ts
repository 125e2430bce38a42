import { describe, expect, it } from 'vitest';

import { refuseLoop } from '#mail/smtp/prepare-message.ts';

describe('refuseLoop', () => {
  const message = (hops: number): Buffer =>
    Buffer.from(`${'Received: from a\r\n\tby b\r\n'.repeat(hops)}Subject: x\r\n\r\nReceived: body\r\n`);

  it('counts Received fields of the header alone (S18)', () => {
    expect(() => refuseLoop(message(50), 50)).not.toThrow();
    expect(() => refuseLoop(message(51), 50)).toThrow(/^5\.4\.6 /);
  });
});
