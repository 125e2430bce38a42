/**
 * The form in which SEARCH compares: composed letters in lower case, so that `CHỈ ĐẠO` finds `Chỉ đạo` however the
 * marks were typed. Marks count: searching without them is the web's, not the protocol's (i;unicode-casemap, RFC 5051).
 */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase().normalize('NFC');
}
