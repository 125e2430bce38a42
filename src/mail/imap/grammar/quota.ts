import type { QuotaRoot } from '#app/ports/mail-quota.ts';
import { encodeAstring, type Octets } from '#mail/imap/wire/encode.ts';
import type { Scanner } from '#mail/imap/wire/scanner.ts';
import { ImapSyntaxError } from '#mail/imap/wire/syntax-error.ts';

const rootBytesMax = 400;
/** STORAGE counts in these (RFC 9208, section 5.1). */
const storageUnitBytes = 1024;

export function scanQuotaRoot(scanner: Scanner): string {
  const octets = scanner.astring();
  if (octets.length > rootBytesMax) throw new ImapSyntaxError('The name of the quota root is too long');
  return octets.toString('utf8').normalize('NFC');
}

/** `an@x (STORAGE 12 1024 MESSAGE 3 1000000)`. What is begun of a unit is used, and a limit is not rounded up. */
export function encodeQuota(root: QuotaRoot): Octets {
  const used = Math.ceil(root.usedBytes / storageUnitBytes);
  const max = Math.floor(root.bytesMax / storageUnitBytes);
  const resources = `STORAGE ${used} ${max} MESSAGE ${root.messages} ${root.messagesMax}`;
  return `${encodeAstring(root.name)} (${resources})`;
}
