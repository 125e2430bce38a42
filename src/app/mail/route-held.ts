import type { HubEvent } from '#domain/event.ts';
import { outboundLifeMs } from '#domain/mail/retry.ts';
import type { HeldMail } from '#app/ports/held-mail.ts';
import type { MailDeliveryTransaction } from '#app/ports/mail-delivery.ts';
import type { PreparedMessage } from '#app/ports/mail-store.ts';
import { routeMail } from './route-mail.ts';

/**
 * Sends a message that was held every way it goes. The group whose moderator has said yes is not asked again; another
 * group among its recipients is. Events are the caller's to record. Throws what `routeMail` throws.
 */
export async function routeHeld(
  tx: MailDeliveryTransaction,
  held: HeldMail,
  at: Date,
): Promise<readonly HubEvent[]> {
  const { route } = held;
  const { accountIds, events, trace } = await routeMail(tx, {
    ...route,
    message: { storedId: held.messageId, size: held.size },
    messageIdHeader: route.messageIdHeader,
    ...(held.kind === 'moderation' && held.groupId !== undefined ? { approved: [held.groupId] } : {}),
    at,
  });
  const replies = held.accountId === undefined ? [] : await tx.releaseReply(held.messageId, accountIds);
  await tx.trace(trace, at);
  return [...events, ...replies];
}

export interface NoticeToFile {
  readonly to: string;
  readonly message: PreparedMessage;
  readonly requireTls: boolean;
  readonly smtpUtf8: boolean;
  readonly at: Date;
}

/**
 * Files what the hub itself has to say: into the mailbox behind the address, or into the outbound queue with the null
 * sender, so that nothing ever answers it (RFC 5321, section 4.5.5; threats S18). Gives the events, which the caller
 * records last.
 */
export async function fileNotice(
  tx: MailDeliveryTransaction,
  { to, message, requireTls, smtpUtf8, at }: NoticeToFile,
): Promise<readonly HubEvent[]> {
  const local = await tx.sender(to);
  const accountIds = local === undefined ? [] : [local.accountId];
  const { messageId } = await tx.deliver({ message, receivedAt: at, accountIds });
  if (local !== undefined) return [{ type: 'mail.delivered', messageId, accountIds }];
  const { outside } = await tx.expand([to], { address: '' });
  // An address of ours that is nobody's any more: there is nobody to tell.
  if (outside.length === 0) return [];
  await tx.enqueue({
    messageId,
    envelope: { sender: '', recipients: [{ address: to, notify: ['never'] }], requireTls, smtpUtf8 },
    verifiedSender: false,
    submittedBy: undefined,
    at,
    expiresAt: new Date(at.getTime() + outboundLifeMs),
  });
  return [{ type: 'mail.queued', messageId, domains: [to.slice(to.lastIndexOf('@') + 1).toLowerCase()] }];
}
