/**
 * The form of a text whose order, compared character by character, is that of i;unicode-casemap (RFC 5051): capitals,
 * decomposed, in UTF-8. One character stands for one octet.
 */
export function casemap(text: string): string {
  let capitals = '';
  for (const character of text.toWellFormed()) {
    const capital = character.toUpperCase();
    // RFC 5051 maps one character to one: `ß` stays.
    capitals += isOne(capital) ? capital : character;
  }
  return Buffer.from(capitals.normalize('NFKD'), 'utf8').toString('latin1');
}

function isOne(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xff_ff);
}
