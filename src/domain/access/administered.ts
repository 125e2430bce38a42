import type { Actor } from './actor.ts';

/** Whoever may run a command on the hub's machine administers it, and has no account. */
export const operator: Actor = {
  accountId: '00000000-0000-0000-0000-000000000000',
  address: '',
  name: 'hub',
  kind: 'system',
  locale: 'en',
  positions: [],
};

/** Who did it: an account, someone at the machine, or the hub of its own accord. */
export type AdministeredBy =
  | { readonly kind: 'account'; readonly accountId: string; readonly address: string }
  | { readonly kind: 'operator' }
  | { readonly kind: 'hub' };

export function administeredBy({ accountId, address }: Actor): AdministeredBy {
  return accountId === operator.accountId ? { kind: 'operator' } : { kind: 'account', accountId, address };
}

export type AdministrativeAct =
  | 'calendar_day.set'
  | 'calendar_day.reset'
  | 'office_hours.set'
  /** The first pair of a domain, which signs at once. */
  | 'dkim_keys.made'
  /** A pair to publish, which waits. */
  | 'dkim_keys.rotated'
  | 'dkim_keys.activated'
  | 'dkim_keys.retired'
  /** Their records may be gone from the DNS, and so they are forgotten. */
  | 'dkim_keys.removed'
  | 'sts_mode.set'
  | 'sending_limit.set'
  | 'delivery.held'
  | 'delivery.retried'
  | 'delivery.cancelled'
  | 'held_mail.released'
  | 'held_mail.refused'
  | 'delegation.created'
  | 'delegation.revoked';

/** What was so: names, figures and states; never content, never a secret. */
export type AdministrativeFacts = Readonly<Record<string, string | number | readonly string[]>>;
