import { describe, expect, it } from 'vitest';

import { createClientGate, type GateTicket } from '#mail/smtp/client-gate.ts';
import { isLate } from '#mail/smtp/connection-deadlines.ts';
import { defaultSmtpLimits as limits } from '#mail/smtp/smtp-limits.ts';

describe('isLate', () => {
  it('gives 300 s for a command, 10 s under stress (S13)', () => {
    const waiting = { for: 'command', sinceMs: 0 } as const;
    expect(isLate(waiting, limits, false, 299_999)).toBe(false);
    expect(isLate(waiting, limits, false, 300_001)).toBe(true);
    expect(isLate(waiting, limits, true, 10_001)).toBe(true);
  });

  it('gives a message 30 s and a second more for each 500 octets, never more than 15 min (S13)', () => {
    const message = (received: number) => ({ for: 'message', sinceMs: 0, received }) as const;
    expect(isLate(message(0), limits, false, 30_001)).toBe(true);
    expect(isLate(message(5_000), limits, false, 39_999)).toBe(false);
    expect(isLate(message(5_000), limits, false, 40_001)).toBe(true);
    expect(isLate(message(25_000_000), limits, false, 900_001)).toBe(true);
  });

  it('never blames a client for waiting for us', () => {
    expect(isLate({ for: 'us' }, limits, true, 1e9)).toBe(false);
  });
});

function admitted(gate: ReturnType<typeof createClientGate>, address: string): GateTicket | undefined {
  const admission = gate.admit(address);
  return admission.kind === 'admitted' ? admission.ticket : undefined;
}

describe('createClientGate', () => {
  const small = {
    ...limits,
    connectionsMax: 6,
    unauthenticatedPerAddressMax: 2,
    connectionsPerAccountMax: 2,
  };

  it('counts an IPv4 address, its mapped form and an IPv6 /64 as one client each (S22)', () => {
    const gate = createClientGate(small, () => 0);
    expect(admitted(gate, '192.0.2.1')).toBeDefined();
    expect(admitted(gate, '::ffff:192.0.2.1')).toBeDefined();
    expect(admitted(gate, '192.0.2.1')).toBeUndefined();
    expect(admitted(gate, '2001:db8::1')).toBeDefined();
    expect(admitted(gate, '2001:db8::2')).toBeDefined();
    expect(admitted(gate, '2001:db8::3')).toBeUndefined();
    expect(admitted(gate, '2001:db8:0:1::1')).toBeDefined();
    expect(admitted(gate, '192.0.2.2')).toBeDefined();
    expect(admitted(gate, '192.0.2.3')).toBeUndefined();
  });

  it('moves a connection from its address to its account, and forgets it when it leaves', () => {
    const gate = createClientGate(small, () => 0);
    const tickets = Array.from({ length: 3 }, () => {
      const ticket = admitted(gate, '192.0.2.1');
      return { ticket, counted: ticket !== undefined && gate.signedIn(ticket, 'lan') };
    });
    expect(tickets.map(({ counted }) => counted)).toEqual([true, true, false]);
    for (const { ticket } of tickets) if (ticket) gate.leave(ticket);
    expect(gate.open).toBe(0);
    const again = admitted(gate, '192.0.2.1');
    expect(again !== undefined && gate.signedIn(again, 'lan')).toBe(true);
  });

  it('shuts an address out for 15 minutes after 20 unknown recipients (S16)', () => {
    let nowMs = 0;
    const gate = createClientGate(limits, () => nowMs);
    const ticket = admitted(gate, '192.0.2.1');
    const verdicts = Array.from({ length: 20 }, () => ticket && gate.unknownRecipient(ticket).kind);
    expect(verdicts.indexOf('shut_out')).toBe(19);
    expect(admitted(gate, '192.0.2.1')).toBeUndefined();
    expect(admitted(gate, '192.0.2.2')).toBeDefined();
    nowMs = limits.unknownRecipientsForgetMs + 1;
    expect(admitted(gate, '192.0.2.1')).toBeDefined();
  });

  it('lets an address wait twice as long for each unknown recipient, up to 10 s, and no other address (S16)', () => {
    let nowMs = 0;
    const gate = createClientGate(limits, () => nowMs);
    const one = admitted(gate, '192.0.2.1');
    const again = admitted(gate, '192.0.2.1');
    const other = admitted(gate, '192.0.2.2');
    if (!one || !again || !other) throw new Error('not admitted');
    // The count is the address's, whichever of its connections guesses.
    const guesses = Array.from({ length: 9 }, (_, n) => gate.unknownRecipient(n % 2 === 0 ? one : again));
    expect(guesses.map((verdict) => (verdict.kind === 'delayed' ? verdict.ms : undefined))).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000,
    ]);
    expect(gate.unknownRecipient(other)).toEqual({ kind: 'delayed', ms: 250 });
    nowMs = limits.unknownRecipientsForgetMs + 1;
    expect(gate.unknownRecipient(one)).toEqual({ kind: 'delayed', ms: 250 });
  });
});
