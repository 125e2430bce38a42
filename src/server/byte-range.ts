/** Octets [start, end) of a representation. */
export interface OctetSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * The one range that a Range field asks for (RFC 9110, section 14.2). Undefined: the whole, as for several ranges and
 * for what is not understood; `unsatisfiable`: none of it is there.
 */
export function spanOf(header: string | undefined, size: number): OctetSpan | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/u.exec(header?.replaceAll(' ', '') ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  return start >= size ? 'unsatisfiable' : { start, end };
}

/** `attachment; filename="…"; filename*=UTF-8''…` (RFC 6266; RFC 8187 for letters beyond ASCII). */
export function contentDisposition(kind: 'attachment' | 'inline', name: string): string {
  const ascii = name
    .normalize('NFD')
    .replaceAll(/[đĐ]/gu, (letter) => (letter === 'đ' ? 'd' : 'D'))
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^\x20-\x7e]|["\\%]/gu, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/gu,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
