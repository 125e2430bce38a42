import { HubError } from '#domain/hub-error.ts';
import { canonicalAddress } from './envelope.ts';

/** docs/limits.md. */
export const absenceLimits = {
  everyDaysMin: 1,
  everyDaysMax: 30,
  everyDaysDefault: 7,
  absenceSubjectCharactersMax: 200,
  absenceTextCharactersMax: 5000,
} as const;

/** What an account answers while its owner is away (vắng mặt). */
export interface Absence {
  readonly enabled: boolean;
  /** From then on; at once when absent. */
  readonly startsAt?: Date | undefined;
  /** Before then; until it is switched off when absent. */
  readonly endsAt?: Date | undefined;
  /** In place of the subject of the message that is answered. */
  readonly subject?: string | undefined;
  readonly text: string;
  /** A sender is answered once in so many days. */
  readonly everyDays: number;
}

/** What is known of a message that an absence may answer. Header values are in lower case. */
export interface AnswerableMail {
  /** The envelope sender, which is where an answer goes (RFC 3834, section 4); '' is the null sender. */
  readonly sender: string;
  /** An account of ours sent it, or SPF or DMARC proves the sender: else an answer is backscatter (threats S17). */
  readonly senderVerified: boolean;
  /** The one author; undefined when there is none or several. */
  readonly from: string | undefined;
  /** Auto-Submitted, without its comments and parameters. */
  readonly autoSubmitted: string | undefined;
  readonly precedence: string | undefined;
  /** It bears a field of RFC 2369 or RFC 2919: List-Id, List-Unsubscribe and the like. */
  readonly list: boolean;
  /** X-Auto-Response-Suppress. */
  readonly responseSuppress: string | undefined;
  /** A delivery or disposition report. */
  readonly report: boolean;
  /** Addresses of To and Cc, in lower case. */
  readonly to: readonly string[];
}

export interface MayAnswer {
  readonly mail: AnswerableMail;
  /** The account's address and its aliases, in lower case. */
  readonly ownAddresses: readonly string[];
  readonly absence: Absence;
  /** It went to Junk in this account. */
  readonly junk: boolean;
  /** When this sender was answered last. */
  readonly lastReplyAt: Date | undefined;
  readonly at: Date;
}

const dayMs = 24 * 3_600_000;

/**
 * Whether an absence is told to the sender of a message (RFC 3834, section 2; threats S18): only to a person who wrote
 * to this very account, and once in some days, so that two absences never answer each other.
 */
export function mayAnswer({ mail, ownAddresses, absence, junk, lastReplyAt, at }: MayAnswer): boolean {
  if (junk || !isAway(absence, at)) return false;
  if (!mail.senderVerified || mail.from === undefined) return false;
  if (!isPersonsAddress(mail.sender) || !isPersonsAddress(canonicalAddress(mail.from))) return false;
  if (isAutomatic(mail)) return false;
  const own = new Set(ownAddresses);
  const isOwn = (address: string) => own.has(address) || own.has(withoutTag(address));
  if (isOwn(mail.sender) || isOwn(canonicalAddress(mail.from))) return false;
  if (!mail.to.some(isOwn)) return false;
  return lastReplyAt === undefined || lastReplyAt <= answeredBefore(absence, at);
}

/** A sender who was answered at or before this time is answered again. */
export function answeredBefore(absence: Absence, at: Date): Date {
  const days = Math.max(absenceLimits.everyDaysMin, absence.everyDays);
  return new Date(at.getTime() - days * dayMs);
}

function isAway({ enabled, startsAt, endsAt }: Absence, at: Date): boolean {
  return enabled && (startsAt === undefined || startsAt <= at) && (endsAt === undefined || at < endsAt);
}

function isAutomatic(mail: AnswerableMail): boolean {
  if (mail.list || mail.report) return true;
  if (mail.autoSubmitted !== undefined && mail.autoSubmitted !== 'no') return true;
  if (mail.responseSuppress !== undefined && mail.responseSuppress !== 'none') return true;
  return mail.precedence !== undefined && ['bulk', 'list', 'junk'].includes(mail.precedence);
}

/** Names of programs and of those who run lists (RFC 3834, section 2; RFC 2142). */
const programs =
  /^(?:mailer-daemon|postmaster|listserv|majordomo|owner-.*|prvs=.*|bounces?(?:[=-].*)?|(?:do[-_.]?not|no)[-_.]?reply(?:-.*)?|.*-(?:owner|request|bounces?|no-?reply))$/;
/** What the hub can write without quoting; nobody's own address needs more. */
const plainAddress = /^[\w!#$%&'*+\-/=?^`{|}~.]{1,64}@[a-z0-9.-]{1,255}$/;

/** '' is no address, so the null sender is never answered. */
function isPersonsAddress(address: string): boolean {
  if (!plainAddress.test(address)) return false;
  return !programs.test(withoutTag(address).slice(0, withoutTag(address).lastIndexOf('@')));
}

/** `name@domain` of `name+tag@domain`. */
function withoutTag(address: string): string {
  const at = address.lastIndexOf('@');
  const plus = address.indexOf('+');
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : address;
}

// eslint-disable-next-line no-control-regex -- these are the characters to refuse
const lineBreaking = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;
// eslint-disable-next-line no-control-regex -- NUL cannot be stored, a bare CR is no line, the others hide text
const controlInText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)/;

/**
 * An absence as it may be kept. Throws `bad_input`, `line_break_in_field`, `text_too_long`.
 */
export function checkAbsence(absence: Absence): Absence {
  const { startsAt, endsAt, subject, text, everyDays } = absence;
  for (const [field, date] of Object.entries({ startsAt, endsAt })) {
    if (date !== undefined && Number.isNaN(date.getTime())) throw new HubError('bad_input', { field });
  }
  if (startsAt !== undefined && endsAt !== undefined && endsAt <= startsAt)
    throw new HubError('bad_input', { field: 'endsAt' });
  if (subject !== undefined && lineBreaking.test(subject))
    throw new HubError('line_break_in_field', { field: 'subject' });
  if ((subject?.length ?? 0) > absenceLimits.absenceSubjectCharactersMax)
    throw new HubError('text_too_long', { field: 'subject' });
  if (controlInText.test(text)) throw new HubError('line_break_in_field', { field: 'text' });
  if (text.length > absenceLimits.absenceTextCharactersMax)
    throw new HubError('text_too_long', { field: 'text' });
  if (absence.enabled && text.trim() === '') throw new HubError('bad_input', { field: 'text' });
  const { everyDaysMin, everyDaysMax } = absenceLimits;
  if (!Number.isInteger(everyDays) || everyDays < everyDaysMin || everyDays > everyDaysMax)
    throw new HubError('bad_input', { field: 'everyDays' });
  const line = subject?.normalize('NFC').trim();
  return { ...absence, subject: line === '' ? undefined : line, text: text.normalize('NFC') };
}
