import { simpleParser, type ParsedMail } from 'mailparser';
import type { MessageIndex } from '#app/ports/message-index.ts';
import type { Clock } from '#domain/clock.ts';

/**
 * Decodes a stored message's text for SEARCH, off the delivery path: mailparser costs milliseconds a message. One that
 * it refuses is marked all the same: it stays found by what was read of it at delivery (threats F16).
 */
export async function indexText(index: MessageIndex, clock: Clock, messageId: string): Promise<void> {
  const bytes = await index.unindexed(messageId);
  if (bytes === undefined) return;
  await index.markIndexed(messageId, await decode(bytes), clock.now());
}

async function decode(bytes: Buffer): Promise<{ header: string; body: string }> {
  try {
    const mail = await simpleParser(bytes, {
      skipImageLinks: true,
      skipTextToHtml: true,
      maxHtmlLengthToParse: 1024 ** 2,
    });
    return {
      header: mail.headerLines
        .map(({ line }) => line)
        .join('\n')
        .concat('\n', decodedHeader(mail)),
      body: mail.text ?? '',
    };
  } catch {
    // The parser's limits answer by throwing; its octets as text are better to search in than nothing.
    return { header: '', body: bytes.toString('latin1').slice(0, 1_000_000) };
  }
}

function decodedHeader(mail: ParsedMail): string {
  const texts = [mail.to, mail.cc].flat().map((group) => group?.text ?? '');
  return [mail.subject ?? '', mail.from?.text ?? '', ...texts].join('\n');
}
