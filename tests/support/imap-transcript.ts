import { expect } from 'vitest';

import type { ImapClient } from './imap-client.ts';

/**
 * Plays a conversation: `C:` lines are sent with CRLF, `S:` lines are awaited one by one. `…` in an expected line
 * stands for any text, once a line. A `C:` block is sent in one write, as pipelining clients do.
 */
export async function play(client: ImapClient, script: string): Promise<void> {
  const steps = script
    .split('\n')
    .map((line) => line.trimStart())
    .filter((line) => line !== '');
  let unsent = '';
  for (const step of steps) {
    const text = step.slice(2).replace(/^ /, '');
    if (step.startsWith('C:')) {
      unsent += `${text}\r\n`;
      continue;
    }
    if (unsent !== '') client.send(Buffer.from(unsent, 'utf8'));
    unsent = '';
    const received = Buffer.from(await client.physicalLine(), 'latin1').toString('utf8');
    expect(matches(received, text) ? text : received).toBe(text);
  }
  if (unsent !== '') client.send(unsent);
}

function matches(received: string, expected: string): boolean {
  const [head = '', tail] = expected.split('…');
  if (tail === undefined) return received === expected;
  return received.length >= head.length + tail.length && received.startsWith(head) && received.endsWith(tail);
}
