import type { DueFinding, HeldPorts } from '#app/mail/decide-held.ts';
import { routeHeld } from '#app/mail/route-held.ts';
import type { HeldMail } from '#app/ports/held-mail.ts';
import type { MailDeliveryTransaction } from '#app/ports/mail-delivery.ts';
import type { ScanMail } from '#app/ports/mail-checks.ts';
import { scanAgainMs } from '#app/mail/receive-mail.ts';
import type { HubEvent } from '#domain/event.ts';
import type { Clock } from '#domain/clock.ts';
import type { Database } from '#store/database.ts';
import { createHeldMailReads, heldMailTransaction } from '#store/mail/held-mail.ts';
import { deliveryTransaction } from '#store/mail/mail-delivery.ts';
import { createSendingLimits } from '#store/mail/sending-use.ts';

export interface HeldPartsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly committed: () => void;
  /** The scanners that are configured. */
  readonly scan: ScanMail;
  readonly tellSender: (
    tx: MailDeliveryTransaction,
    held: HeldMail,
    note: string,
  ) => Promise<readonly HubEvent[]>;
}

/** Mail that waits, over the store and the routing of mail. */
export function createHeldPorts(options: HeldPartsOptions): HeldPorts<MailDeliveryTransaction> {
  const { database, clock, committed, scan } = options;
  const reads = createHeldMailReads(database);
  const limits = createSendingLimits(database);

  async function scannedAgain(held: HeldMail): Promise<DueFinding> {
    const bytes = await reads.octets(held.id);
    if (bytes === undefined) throw new Error(`held mail ${held.id} has no octets`);
    const found = await scan(bytes, { clientAddress: '', helo: '', sender: held.route.envelope.sender });
    switch (found.kind) {
      case 'clean':
        return { finding: 'release' };
      case 'spam':
        return found.reject
          ? { finding: 'refuse', reason: 'Bộ lọc cho là thư rác. (Judged as spam.)' }
          : { finding: 'release', into: 'junk' };
      case 'infected':
        return { finding: 'refuse', reason: 'Thư có mã độc. (Malicious content.)' };
      case 'unavailable':
        return {
          finding: 'wait',
          until: new Date(clock.now().getTime() + scanAgainMs),
          reason: `${found.scanner}: ${found.reason}`,
        };
    }
  }

  /** The next hour has an allowance of its own; while that too is used up the message waits on. */
  async function withinLimit(held: HeldMail): Promise<DueFinding> {
    if (held.accountId === undefined) return { finding: 'release' };
    const standing = await limits.standing(held.accountId, clock.now());
    if (standing === undefined)
      return { finding: 'refuse', reason: 'Tài khoản không còn. (No such account.)' };
    const { use, limit, until } = standing;
    const full = use.messages >= limit.messagesPerHour || use.recipients >= limit.recipientsPerHour;
    return full ? { finding: 'wait', until, reason: 'sending_limit' } : { finding: 'release' };
  }

  return {
    transaction: (work) =>
      database.transaction((tx) => work({ ...deliveryTransaction(tx), ...heldMailTransaction(tx) })),
    reads,
    async route(tx, held) {
      const at = clock.now();
      // What waited for its hour is counted in the hour in which it goes.
      if (held.kind === 'sending_limit' && held.accountId !== undefined)
        await tx.countSending(held.accountId, held.route.envelope.recipients.length, at);
      return routeHeld(tx, held, at);
    },
    tellSender: options.tellSender,
    examine(held) {
      switch (held.kind) {
        case 'scan':
          return scannedAgain(held);
        case 'sending_limit':
          return withinLimit(held);
        case 'scheduled':
        case 'moderation':
          return Promise.resolve({ finding: 'release' });
      }
    },
    clock,
    committed,
  };
}
