import { setTimeout as delay } from 'node:timers/promises';

import { completed, SessionEnded } from '#mail/imap/responses.ts';
import type { Session } from '#mail/imap/session.ts';
import { ConnectionClosed } from '#mail/imap/wire/output.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

import { defineCommand, noArguments, signedIn } from './command.ts';

/** Until storage that could not be read is asked again. */
const retryMs = 1000;

/** RFC 2177: the client waits, and hears of every change at once, until it says DONE. */
export const idle = defineCommand({
  name: 'IDLE',
  states: signedIn,
  tells: 'all',
  parse: noArguments,
  run: async (session) => {
    session.output.line('+ idling');
    session.noteChange();
    const line = session.door.readLine();
    const ended = line.then(
      () => 'ended' as const,
      () => 'ended' as const,
    );
    let outcome: 'changed' | 'ended' | 'quiet' = 'changed';
    while (outcome !== 'ended') {
      if (outcome === 'changed') await tellChanges(session);
      else session.output.line('* OK Still here');
      await session.output.flush();
      outcome = await nextOutcome(session, ended);
    }
    if ((await line).toString('latin1').toUpperCase() !== 'DONE') throw new ImapSyntaxError('Expected DONE');
    return completed('IDLE completed');
  },
});

/** Storage that cannot be read now is read at the next sign of life; the client need not care. */
async function tellChanges(session: Session): Promise<void> {
  try {
    if (session.hasMoved) await session.refresh();
  } catch (error) {
    if (error instanceof SessionEnded || error instanceof ConnectionClosed) throw error;
    session.log.warn({ error }, 'An idling IMAP session could not be brought up to date');
    await delay(retryMs);
    return;
  }
  session.tell({ expunges: true });
}

async function nextOutcome(
  session: Session,
  ended: Promise<'ended'>,
): Promise<'changed' | 'ended' | 'quiet'> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      ended,
      session.changed().then(() => 'changed' as const),
      delay(session.limits.keepAliveMs, 'quiet' as const, { signal: timer.signal }),
    ]);
  } finally {
    timer.abort();
  }
}
