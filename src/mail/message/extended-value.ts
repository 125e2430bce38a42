/** `utf-8''B%C3%A1o` as text (RFC 2231, section 4); undefined when it is none, or of a charset that nobody knows. */
export function decodeExtendedValue(value: string): string | undefined {
  const [, charset, encoded] = /^([^']+)'[^']*'(.*)$/s.exec(value) ?? [];
  if (charset === undefined || encoded === undefined) return undefined;
  const octets = encoded.replaceAll(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return new TextDecoder(charset).decode(Buffer.from(octets, 'latin1'));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
