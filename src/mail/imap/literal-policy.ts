import type { ImapLimits } from './imap-limits.ts';
import { CommandRefused } from './responses.ts';

interface Announced {
  readonly size: number;
  readonly literalBytesBefore: number;
}

interface Announcer {
  /** The name of the command, in capitals. */
  readonly name: string;
  readonly isSignedIn: boolean;
  readonly limits: ImapLimits;
}

const takesMessages = new Set(['APPEND', 'REPLACE', 'UID REPLACE']);

/** Why a literal is not taken, before an octet of it is stored; undefined when it is (I1). */
export function judgeLiteral(announced: Announced, announcer: Announcer): CommandRefused | undefined {
  const { limits } = announcer;
  if (!announcer.isSignedIn) {
    const total = announced.literalBytesBefore + announced.size;
    return total > limits.literalBytesMaxBeforeLogin ? tooLarge('BAD') : undefined;
  }
  if (takesMessages.has(announcer.name)) {
    const isTooLarge =
      announced.size > limits.messageBytesMax ||
      announced.literalBytesBefore + announced.size > limits.appendBytesMax;
    return isTooLarge ? tooLarge('NO') : undefined;
  }
  return announced.literalBytesBefore + announced.size > limits.literalBytesMax ? tooLarge('BAD') : undefined;
}

function tooLarge(status: 'NO' | 'BAD'): CommandRefused {
  return new CommandRefused('The literal is too large', 'TOOBIG', status);
}
