import type { Actor } from '#domain/access/actor.ts';
import type { HubEvent } from '#domain/event.ts';
import type { MailFacts } from '#domain/mail/mail-rule.ts';
import type { MailEnvelope } from '#domain/mail/envelope.ts';
import type { HeldKind } from '#domain/mail/held-kind.ts';

export type HeldState = 'held' | 'released' | 'refused' | 'cancelled' | 'expired';

/** What a held message will be routed with when it is released. */
export interface HeldRoute {
  readonly envelope: MailEnvelope;
  readonly writer: { readonly accountId?: string; readonly address: string };
  readonly into: 'inbox' | 'junk';
  readonly verifiedSender: boolean;
  /** A copy into Sent is still to be made. */
  readonly sentCopyOf?: string;
  readonly traceId?: string;
  readonly messageIdHeader?: string;
  /** For the rules of its recipients. */
  readonly facts: MailFacts;
}

export interface NewHeldMail {
  readonly id: string;
  readonly kind: HeldKind;
  readonly messageId: string;
  /** Of a moderated group; the route's envelope then names only the group. */
  readonly groupId?: string;
  /** Who sent it. */
  readonly accountId?: string;
  readonly route: HeldRoute;
  readonly reason?: string;
  readonly heldAt: Date;
  /** When it goes on by itself, or is tried again; never for moderation. */
  readonly releaseAt?: Date;
}

export interface HeldMail extends NewHeldMail {
  readonly state: HeldState;
  /** Octets. */
  readonly size: number;
  readonly subject?: string;
  readonly fromAddress?: string;
  readonly groupName?: string;
  /** Its octets, only for who decides on it or sent it. */
  readonly decidedAt?: Date;
  readonly decisionNote?: string;
}

/** What may be done with held mail inside one transaction. */
export interface HeldMailTransaction {
  /** Locks it; undefined when there is none. */
  lock(id: string): Promise<HeldMail | undefined>;
  decide(
    id: string,
    decision: { state: Exclude<HeldState, 'held'>; at: Date; by?: string; note?: string },
  ): Promise<void>;
  /** It stays held until then. */
  postpone(id: string, releaseAt: Date, reason: string): Promise<void>;
  record(events: readonly HubEvent[], at: Date): Promise<void>;
}

export interface HeldMailReads {
  /** What waits for this moderator's word, oldest first. */
  forModerator(actor: Actor, limit: number): Promise<readonly HeldMail[]>;
  /** What this account sent and is waiting for its time or for somebody. */
  ofSender(accountId: string, limit: number): Promise<readonly HeldMail[]>;
  /** Ids of held mail (not moderation) whose time has come. */
  due(at: Date, limit: number): Promise<readonly string[]>;
  find(id: string): Promise<HeldMail | undefined>;
}
