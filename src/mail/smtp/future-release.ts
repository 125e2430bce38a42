import type { SmtpReply } from './smtp-refusal.ts';

/** What a client may ask for by HOLDFOR or HOLDUNTIL (RFC 4865, section 5). */
export interface FutureRelease {
  readonly secondsMax: number;
  readonly now: () => Date;
}

/** The EHLO line: how far ahead, in seconds and as a moment. */
export function futureReleaseLine({ secondsMax, now }: FutureRelease): string {
  return `FUTURERELEASE ${secondsMax} ${momentOf(now(), secondsMax)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')}`;
}

type Asked = Readonly<Record<string, string | true | undefined>>;

const syntax: SmtpReply = {
  code: 501,
  status: '5.5.4',
  text: 'HOLDFOR=seconds or HOLDUNTIL=date-time, not both',
};
const tooFar: SmtpReply = { code: 501, status: '5.5.4', text: 'That is further ahead than is offered' };

/**
 * When a message is to go out, by the parameters of its MAIL command: undefined when none was asked for, a refusal when
 * it cannot be. A moment that has passed is no fault: the message goes out at once.
 */
export function releaseAtOf(asked: Asked, { secondsMax, now }: FutureRelease): Date | SmtpReply | undefined {
  const { HOLDFOR: forSeconds, HOLDUNTIL: until } = asked;
  if (forSeconds === undefined && until === undefined) return undefined;
  if (forSeconds !== undefined && until !== undefined) return syntax;
  const at = now();
  const releaseAt = forSeconds === undefined ? dateTimeOf(until) : afterSeconds(at, forSeconds);
  if (releaseAt === undefined) return syntax;
  return releaseAt > momentOf(at, secondsMax) ? tooFar : releaseAt;
}

function momentOf(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000);
}

function afterSeconds(at: Date, text: string | true): Date | undefined {
  return typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? momentOf(at, Number(text)) : undefined;
}

/** In UTC, as RFC 4865, section 5, has it. */
function dateTimeOf(text: string | true | undefined): Date | undefined {
  if (typeof text !== 'string') return undefined;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/i.test(text)) return undefined;
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}
