import { addressOf, parseAddresses } from '#mail/message/addresses.ts';
import { fieldOctets, headerEnd, headerFields } from '#mail/message/header-fields.ts';

/**
 * How many authors a header names, by the parser that everything here is shown by: addresses in From fields, and at
 * least one for each field. Anything but one is a reason for care, because readers differ in whom they show (S20).
 */
export function countAuthors(bytes: Uint8Array): number {
  let fields = 0;
  let addresses = 0;
  for (const field of headerFields(bytes, { start: 0, end: headerEnd(bytes) })) {
    if (field.name !== 'from') continue;
    fields += 1;
    addresses += parseAddresses(fieldOctets(bytes, field)).filter(
      (entry) => addressOf(entry) !== undefined,
    ).length;
  }
  return addresses === 0 ? 0 : Math.max(fields, addresses);
}
