/** Strangers chose these words: nothing in them moves the cursor of a terminal (threats M10). */
export function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  return text.replaceAll(/[\u{0}-\u{1f}\u{7f}-\u{9f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/gu, '\u{fffd}');
}
