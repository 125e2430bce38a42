import type { EnvelopeAddress } from '#domain/mail/structure.ts';
import { textOfOctets } from './header-fields.ts';
import { headerAddressesMax } from './mime-limit.ts';
import { present } from './present.ts';

type Token =
  | { readonly kind: 'word'; readonly text: string; readonly spaced: boolean }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'special'; readonly text: string };

const specials = new Set(['<', '>', '@', ',', ';', ':']);

/**
 * Cuts address text into words, comments and the specials that matter. Quotes and backslashes are resolved here, so
 * that nothing later can mistake a quoted `<` or `,` for a real one (S20). Linear: each character is read once.
 */
function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === ' ' || char === '\t') {
      spaced = true;
      at += 1;
      continue;
    }
    if (char === '(') {
      const comment = readComment(text, at);
      tokens.push({ kind: 'comment', text: comment.text });
      at = comment.end;
      spaced = true;
      continue;
    }
    if (specials.has(char)) {
      tokens.push({ kind: 'special', text: char });
      at += 1;
    } else {
      const word = char === '"' ? readQuoted(text, at) : readAtom(text, at);
      tokens.push({ kind: 'word', text: word.text, spaced });
      at = word.end;
    }
    spaced = false;
  }
  return tokens;
}

interface Read {
  readonly text: string;
  readonly end: number;
}

/** A quoted string without its quotes (RFC 5322, section 3.2.4); an unclosed one runs to the end. */
export function readQuoted(text: string, start: number): Read {
  let read = '';
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== '"') {
    if (text.charAt(at) === '\\' && at + 1 < text.length) at += 1;
    read += text.charAt(at);
    at += 1;
  }
  return { text: read, end: at + 1 };
}

/** A comment without its outer parentheses; comments nest (RFC 5322, section 3.2.2). */
export function readComment(text: string, start: number): Read {
  let read = '';
  let depth = 1;
  let at = start + 1;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth === 0) break;
    if (char === '\\' && at + 1 < text.length) at += 1;
    read += text.charAt(at);
    at += 1;
  }
  return { text: read, end: at + 1 };
}

/** An atom with its dots, or a domain literal such as `[192.0.2.1]`. */
function readAtom(text: string, start: number): Read {
  let at = start;
  const literal = text.charAt(at) === '[';
  while (at < text.length) {
    const char = text.charAt(at);
    if (literal ? at > start && text.charAt(at - 1) === ']' : ' \t"(<>@,;:'.includes(char)) break;
    at += 1;
  }
  return { text: text.slice(start, at), end: at };
}

function phraseOf(words: readonly Token[]): string {
  let phrase = '';
  for (const word of words) {
    if (word.kind === 'comment') continue;
    phrase += (phrase !== '' && word.kind === 'word' && word.spaced ? ' ' : '') + word.text;
  }
  return phrase;
}

/**
 * Reads an address list (RFC 5322, sections 3.4 and 4.4) into envelope entries. Encoded words are not decoded before
 * the list is cut, so a word that decodes to `<boss@…>` stays a name (S20). An address without `@` gets an empty
 * `host`, because an absent one would mark a group. `octets` is a value of one character an octet, unfolded.
 */
export function parseAddresses(octets: string): EnvelopeAddress[] {
  const tokens = tokensOf(octets);
  const list: EnvelopeAddress[] = [];
  let run: Token[] = [];
  let inGroup = false;
  const endItem = (): void => {
    const address = bareAddress(run);
    if (address) list.push(address);
    run = [];
  };
  for (let at = 0; at < tokens.length && list.length < headerAddressesMax - 1; at += 1) {
    const token = tokens[at];
    if (token === undefined) break;
    if (isSpecial(token, '>')) continue;
    if (token.kind !== 'special' || token.text === '@') {
      run.push(token);
    } else if (token.text === '<') {
      const close = closeOf(tokens, at);
      const last = isSpecial(tokens[close], '>') ? close : close - 1;
      const trailing = tokens[last + 1];
      list.push(angleAddress(run, tokens.slice(at + 1, close), trailing));
      run = [];
      at = trailing?.kind === 'comment' ? last + 1 : last;
    } else if (token.text === ':') {
      if (inGroup || run.some((word) => word.kind === 'special')) continue;
      list.push({ mailbox: textOfOctets(phraseOf(run)) });
      run = [];
      inGroup = true;
    } else {
      endItem();
      if (token.text === ';' && inGroup) {
        list.push({});
        inGroup = false;
      }
    }
  }
  endItem();
  if (inGroup) list.push({});
  return list;
}

function isSpecial(token: Token | undefined, text: string): boolean {
  return token?.kind === 'special' && token.text === text;
}

/** The index of what ends the address that `<` at `open` begins: `>`, or where that is missing a separator or the end. */
function closeOf(tokens: readonly Token[], open: number): number {
  const route = isSpecial(tokens[open + 1], '@');
  for (let at = open + 1; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind !== 'special') continue;
    if (token.text === '>' || token.text === ';' || token.text === '<') return at;
    if (token.text === ',' && !route) return at;
  }
  return tokens.length;
}

function angleAddress(
  name: readonly Token[],
  inside: readonly Token[],
  trailing: Token | undefined,
): EnvelopeAddress {
  const phrase = phraseOf(name) || (trailing?.kind === 'comment' ? trailing.text : '');
  const colonAt = inside.findIndex((token) => isSpecial(token, ':'));
  const routed = isSpecial(inside[0], '@') && colonAt !== -1;
  const spec = routed ? inside.slice(colonAt + 1) : inside;
  return present({
    name: phrase === '' ? undefined : textOfOctets(phrase),
    route: routed ? textOfOctets(phraseOf(inside.slice(0, colonAt))) : undefined,
    ...splitSpec(spec),
  });
}

function bareAddress(run: readonly Token[]): EnvelopeAddress | undefined {
  const comment = run.findLast((token) => token.kind === 'comment');
  if (run.every((token) => token.kind === 'comment')) return undefined;
  return present({ name: comment ? textOfOctets(comment.text) : undefined, ...splitSpec(run) });
}

function splitSpec(spec: readonly Token[]): { mailbox: string; host: string } {
  const atSign = spec.findLastIndex((token) => isSpecial(token, '@'));
  if (atSign === -1) return { mailbox: textOfOctets(phraseOf(spec)), host: '' };
  const host = phraseOf(spec.slice(atSign + 1)).replaceAll(' ', '');
  return { mailbox: textOfOctets(phraseOf(spec.slice(0, atSign))), host: textOfOctets(host) };
}

/** `mailbox@host` of an entry, the local part quoted again where it must be; undefined for group marks and scraps. */
export function addressOf(entry: EnvelopeAddress): string | undefined {
  if (!entry.host || !entry.mailbox) return undefined;
  const local = /^[^\s"(),:;<>@[\\\]]+$/.test(entry.mailbox)
    ? entry.mailbox
    : `"${entry.mailbox.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
  return `${local}@${entry.host.toLowerCase()}`;
}
