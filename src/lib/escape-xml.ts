const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** A text as content or as the value of an attribute. What XML cannot hold at all (XML 1.0, section 2.2) is left out. */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // oxlint-disable-next-line no-control-regex -- these are what XML cannot hold
      .replaceAll(/[\u{0}-\u{8}\u{b}\u{c}\u{e}-\u{1f}\u{fffe}\u{ffff}]/gu, '')
      .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
  );
}

/** The characters behind the five entities that every XML has; any other stays as it is written. */
export function unescapeXml(text: string): string {
  return text.replaceAll(
    /&(?:amp|lt|gt|quot|apos);/g,
    (written) => Object.entries(entities).find(([, entity]) => entity === written)?.[0] ?? written,
  );
}
