import { HubError } from '#domain/hub-error.ts';
import { authorities, type Authority, type Level } from '#domain/organisation/organisation.ts';
import { canonicalAddress, domainOf } from './envelope.ts';

/** Who is in a group: a list that somebody keeps, or what the organisation says at the moment of writing. */
export type GroupSource =
  | { readonly kind: 'list' }
  /** Every active account but the system's own. */
  | { readonly kind: 'everyone' }
  /** Accounts of a unit and of all below it; the value is the unit's id. */
  | { readonly kind: 'organ'; readonly value: string }
  | { readonly kind: 'level'; readonly value: Level }
  /** Accounts of people who hold a post with this authority now. */
  | { readonly kind: 'authority'; readonly value: Authority };

export const groupSourceKinds = ['list', 'everyone', 'organ', 'level', 'authority'] as const;

/** Who may write: anybody at all, whoever signed in, the group's members, or those who are named. */
export const groupWriters = ['anyone', 'province', 'members', 'listed'] as const;
export type GroupWriters = (typeof groupWriters)[number];

/** Whose mail waits for a moderator: nobody's, that of who is no signed-in member, or everybody's. */
export const groupModerations = ['none', 'outsiders', 'all'] as const;
export type GroupModeration = (typeof groupModerations)[number];

export interface GroupRules {
  readonly writers: GroupWriters;
  readonly moderation: GroupModeration;
}

/** What a writer is to a group. Only who signed in can be anything: an envelope sender proves nothing (threats S8). */
export interface GroupStanding {
  readonly signedIn: boolean;
  /** Without a sender (RFC 5321, section 4.5.5) and without an account. */
  readonly nullSender: boolean;
  readonly member: boolean;
  /** Named among the writers. */
  readonly listed: boolean;
  readonly moderator: boolean;
}

/**
 * A group within a group counts as far as this level; the group that is written to is the first. A deeper one is not
 * opened, and the writer is refused rather than heard by a part of the group only.
 */
export const groupDepthMax = 10;

/** What becomes of a writer's message. A moderator's own needs no approval, because that is what theirs is. */
export function accessTo(group: GroupRules, writer: GroupStanding): 'open' | 'moderated' | 'closed' {
  if (writer.moderator) return 'open';
  if (!mayWrite(group.writers, writer)) return 'closed';
  return isModerated(group.moderation, writer) ? 'moderated' : 'open';
}

function mayWrite(writers: GroupWriters, writer: GroupStanding): boolean {
  if (writers !== 'anyone' && writer.nullSender) return false;
  switch (writers) {
    case 'anyone':
      return true;
    case 'province':
      return writer.signedIn;
    case 'members':
      return writer.member;
    case 'listed':
      return writer.listed;
  }
}

function isModerated(moderation: GroupModeration, writer: GroupStanding): boolean {
  switch (moderation) {
    case 'none':
      return false;
    case 'outsiders':
      return !writer.signedIn || !writer.member;
    case 'all':
      return true;
  }
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const levels: readonly Level[] = ['province', 'district', 'commune'];

/** A source by its words. Throws `bad_input` when the value does not belong to the kind. */
export function groupSourceOf(kind: string, value?: string): GroupSource {
  if ((kind === 'list' || kind === 'everyone') && value === undefined) return { kind };
  if (kind === 'organ' && value !== undefined && uuid.test(value))
    return { kind, value: value.toLowerCase() };
  const level = levels.find((one) => one === value);
  if (kind === 'level' && level !== undefined) return { kind, value: level };
  const authority = authorities.find((one) => one === value);
  if (kind === 'authority' && authority !== undefined) return { kind, value: authority };
  throw new HubError('bad_input', { field: 'source' });
}

const addressBytesMax = 254;
const localPartBytesMax = 64;
/** Neither a control nor an invisible or bidirectional character, nor what RFC 5322 gives a meaning of its own. */
const atom = /^[^\s"(),:;<>@[\\\]\p{C}]+$/u;
const label = /^[\p{L}\p{M}\p{N}-]{1,63}$/u;

/**
 * The one spelling of the address of a group or an alias. It holds no `+`: what follows one is a tag, and the address
 * would take the mail of another's tag away. Whether the domain is ours is for the caller to see. Throws `bad_input`.
 */
export function ownAddress(text: string, field: string): string {
  const address = writtenAddress(text, field);
  if (address.includes('+')) throw new HubError('bad_input', { field });
  return address;
}

/** The one spelling of any address that mail can go to, without quotes and address literals. Throws `bad_input`. */
export function writtenAddress(text: string, field: string): string {
  const address = canonicalAddress(text.slice(0, 2 * addressBytesMax));
  const local = address.slice(0, Math.max(0, address.lastIndexOf('@')));
  const labels = domainOf(address).split('.');
  const sound =
    Buffer.byteLength(address) <= addressBytesMax &&
    Buffer.byteLength(local) <= localPartBytesMax &&
    local.split('.').every((part) => atom.test(part)) &&
    labels.length > 1 &&
    labels.every((part) => label.test(part));
  if (!sound) throw new HubError('bad_input', { field });
  return address;
}
